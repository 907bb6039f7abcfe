import SessionEvents

// Which value answers which command.
extension RedisConversation {
  func receiveCommand(_ value: RESPValue) {
    let verb = value.first
    let rest = RESPText.withoutFirst(value)
    let known = CommandVocabulary.protocols(knowing: verb)
    // A client that types lines may be one of anything.
    if value.type == nil, !known.contains(.redis), scene.ledger.waiting.isEmpty { scene.refute() }
    var command = CommandExchange.Command(verb: verb, arguments: rest, byteCount: value.byteCount)
    command.payload = endMeasuring(scene.client, isComplete: true)
    let pending = scene.ledger.begin(command, at: value.start, seen: scene.seen)
    if !expectsAnswer(pending, value) {
      pending.end = value.end
      return scene.ledger.finish(pending, seen: scene.seen)
    }
    pending.awaitedCount = max(2, value.elementCount ?? 2) - 1
    scene.complete(pending, at: value.end)
    if pending.verb == "SYNC", scene.ledger.waiting.count == 1 { beginReplication(after: pending) }
  }

  func receiveReply(_ value: RESPValue) {
    scene.ledger.dropUnanswerable(at: value.offset, seen: scene.seen)
    let payload = endMeasuring(scene.server, isComplete: true)
    var reply = Self.reply(value, payload)
    let kind = Self.subscriptionKind(value)
    if let kind, let pending = scene.ledger.firstUnanswered, pending.verb == kind {
      return confirmSubscription(pending, &reply, value)
    }
    let isMessage =
      isSubscribed
      && ["message", "pmessage", "smessage"].contains(String(decoding: value.first, as: UTF8.self))
    guard !value.isPush, !isMessage, kind == nil || !isSubscribed, let pending = scene.ledger.firstUnanswered
    else {
      reply.status = Array("push".utf8)
      return scene.ledger.reportUnasked(reply, from: value.start, to: value.end, seen: scene.seen)
    }
    scene.confirm()
    reply.byteCount += pending.replyByteCount
    if pending.verb == "PSYNC" { beginReplication(after: pending) }
    scene.answer(pending, with: reply, at: value.end)
  }

  private static func reply(_ value: RESPValue, _ payload: HTTPBody?) -> CommandExchange.Reply {
    var text = value.text[...]
    var code: [UInt8]?
    if value.isError {
      let word = text.prefix { $0 != UInt8(ascii: " ") }
      if !word.isEmpty, word.allSatisfy({ (0x41...0x5a).contains($0) || $0 == UInt8(ascii: "_") }) {
        code = Array(word)
        text = text[word.endIndex...].trimmingWhitespace
      }
    }
    return CommandExchange.Reply(
      status: Array(value.typeName.utf8), isError: value.isError, code: code, text: Array(text),
      itemCount: value.elementCount, byteCount: value.byteCount, payload: payload)
  }

  // MARK: Subscriptions

  /// The command that such a confirmation answers, in capital letters.
  private static func subscriptionKind(_ value: RESPValue) -> String? {
    guard value.type == UInt8(ascii: "*") || value.isPush, value.elementCount == 3 else { return nil }
    let word = String(decoding: value.first, as: UTF8.self).uppercased()
    return ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"].contains(
      word)
      ? word : nil
  }

  /// Each channel is confirmed by a value of its own; the last is the reply.
  private func confirmSubscription(
    _ pending: PendingCommand, _ reply: inout CommandExchange.Reply, _ value: RESPValue
  ) {
    scene.confirm()
    isSubscribed = true
    pending.awaitedCount -= min(1, pending.awaitedCount)
    guard pending.awaitedCount == 0 else {
      pending.replyByteCount += value.byteCount
      return scene.ledger.add(
        CommandExchange.Interim(sender: .server, status: reply.status, text: reply.text), to: pending,
        at: value.end)
    }
    reply.byteCount += pending.replyByteCount
    scene.answer(pending, with: reply, at: value.end)
  }

  // MARK: Answers that do not come

  /// CLIENT REPLY OFF and SKIP silence the server.
  private func expectsAnswer(_ pending: PendingCommand, _ value: RESPValue) -> Bool {
    if pending.verb == "CLIENT", String(decoding: value.second, as: UTF8.self).uppercased() == "REPLY" {
      let mode = String(decoding: value.text.split(separator: UInt8(ascii: " ")).last ?? [], as: UTF8.self)
        .uppercased()
      answers = mode == "ON" || (mode != "OFF" && answers)
      skipsNextAnswer = mode == "SKIP"
      return mode == "ON"
    }
    defer { skipsNextAnswer = false }
    return answers && !skipsNextAnswer
  }

  /// What follows is a copy of the data and of everything that changes it.
  private func beginReplication(after pending: PendingCommand) {
    let finding = RedisProblem.replication.at(0, "what follows is replication, and is not read", in: nil)
    scene.hand(over: OpaqueConversation(scene.context, findings: [finding]))
    if pending.verb == "SYNC" { scene.ledger.finish(pending, seen: scene.seen) }
  }
}

extension RESPText {
  /// What stands behind the first scalar of a command.
  static func withoutFirst(_ value: RESPValue) -> [UInt8] {
    var text = RESPText(limit: Int.max)
    text.add(value.first)
    return Array(value.text.dropFirst(text.bytes.count).drop { $0 == UInt8(ascii: " ") })
  }
}

/// What can be said of Redis.
enum RedisProblem: String, FindingCode {
  case replication = "redis.replication"
}
