import SessionEvents

// What the server says.
extension IMAPDialect {
  mutating func receiveOfServer(_ line: CommandLine, in scene: CommandScene) {
    scene.noteEnding(of: line, in: scene.ledger.firstUnanswered, from: .serverToClient)
    var current = response ?? Response(text: [], byteCount: 0, line: line)
    let room = max(0, scene.limits.textByteCount - current.text.count)
    current.text += line.text.prefix(room)
    current.byteCount += UInt64(line.byteCount)
    current.line.end = line.end
    if let literal = IMAPLiteral(endOf: line.tail) {
      response = current
      beginServerLiteral(literal.byteCount, in: scene)
      return
    }
    response = nil
    receive(current, in: scene)
  }

  private mutating func beginServerLiteral(_ byteCount: UInt64, in scene: CommandScene) {
    guard byteCount > 0 else { return }
    if payloadOwner == nil { payloadOwner = scene.ledger.firstUnanswered }
    guard let payloadOwner else {
      scene.server.payloadStart = scene.server.offset
      scene.server.mode = .counted(byteCount)
      return
    }
    scene.beginPayload(of: payloadOwner.index, from: scene.server, mode: .counted(byteCount))
  }

  private mutating func receive(_ response: Response, in scene: CommandScene) {
    let (first, rest) = response.words
    switch first {
    case [UInt8(ascii: "*")]: receiveUntagged(response, rest, in: scene)
    case [UInt8(ascii: "+")]: receiveContinuation(response, rest, in: scene)
    default: receiveTagged(response, tag: first, rest, in: scene)
    }
  }

  private mutating func receiveUntagged(
    _ response: Response, _ text: ArraySlice<UInt8>, in scene: CommandScene
  ) {
    let status = Status(text)
    let isGreeting = response.line.offset == 0 && status != nil
    if !isGreeting, let pending = payloadOwner ?? scene.ledger.firstUnanswered {
      pending.itemCount += 1
      pending.replyByteCount += response.byteCount
      pending.end = response.line.end
      // The items are counted; the first of them are enough to see what they are.
      if pending.interim.count < scene.limits.interimCount {
        scene.ledger.add(
          CommandExchange.Interim(sender: .server, status: [UInt8(ascii: "*")], text: Array(text)),
          to: pending,
          at: response.line.end)
      }
      return
    }
    hasGreeted = hasGreeted || isGreeting
    let reply = CommandExchange.Reply(
      status: status?.word ?? [UInt8(ascii: "*")], isError: status?.isError ?? false, code: status?.code,
      text: status?.text ?? Array(text), byteCount: response.byteCount)
    scene.ledger.reportUnasked(
      reply, from: response.line.start, to: response.line.end, seen: scene.seen)
  }

  private mutating func receiveContinuation(
    _ response: Response, _ text: ArraySlice<UInt8>, in scene: CommandScene
  ) {
    var asking = scene.ledger.firstUnanswered
    if case .asked(let pending, _) = phase { asking = pending }
    guard let asking else {
      return scene.refuse(response.line, from: .serverToClient, "a continuation that no command asked for")
    }
    asking.replyByteCount += response.byteCount
    scene.ledger.add(
      CommandExchange.Interim(sender: .server, status: [UInt8(ascii: "+")], text: Array(text)), to: asking,
      at: response.line.end)
    guard case .asked(let pending, let literal) = phase else { return }
    if let literal {
      beginLiteral(literal, pending, in: scene)
    } else if pending.verb == "AUTHENTICATE" {
      phase = .answer(pending)
      scene.client.mode = .lines
    }
  }

  private mutating func receiveTagged(
    _ response: Response, tag: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>, in scene: CommandScene
  ) {
    guard let status = Status(text), status.isFinal else {
      return scene.refuse(
        response.line, from: .serverToClient, "\(excerpt(response.text)) is no response of IMAP")
    }
    var reply = CommandExchange.Reply(
      status: status.word, isError: status.isError, code: status.code, text: status.text,
      byteCount: response.byteCount)
    guard
      let pending = scene.ledger.waiting.first(where: {
        $0.reply == nil && $0.command.tag.map { $0[...] } == tag
      })
    else {
      return scene.ledger.reportUnasked(
        reply, from: response.line.start, to: response.line.end, seen: scene.seen)
    }
    if CommandVocabulary.isIMAP(pending.command.verb.prefix { $0 != UInt8(ascii: " ") }) { scene.confirm() }
    reply.byteCount += pending.replyByteCount
    reply.itemCount = pending.itemCount
    if payloadOwner === pending {
      payloadOwner = nil
      reply.payload = scene.takePayload(from: scene.server, isComplete: !scene.server.hasPayloadGap)
    }
    finish(pending, reply, at: response.line.end, in: scene)
  }

  private mutating func finish(
    _ pending: PendingCommand, _ reply: CommandExchange.Reply, at sighting: Sighting, in scene: CommandScene
  ) {
    if case .asked(let asked, let literal) = phase, asked === pending {
      phase = .command
      scene.client.mode = .lines
      if literal != nil {
        // The literal was refused, and the command with it.
        pending.command.payload = scene.takePayload(from: scene.client, isComplete: false)
        scene.complete(pending, at: sighting)
      } else if !reply.isError {
        change(after: pending, in: scene)
      }
    }
    scene.answer(pending, with: reply, at: sighting)
  }

  private func change(after pending: PendingCommand, in scene: CommandScene) {
    switch pending.verb {
    case "STARTTLS": scene.startTLS(after: pending)
    case "COMPRESS":
      let finding = IMAPProblem.compressed.at(
        0, "what follows is compressed (RFC 4978), and is not read", in: nil)
      scene.hand(over: OpaqueConversation(scene.context, findings: [finding]))
    default: break
    }
  }

  func fits(_ line: CommandLine, from direction: Direction) -> Bool {
    let (first, rest) = line.words
    switch direction {
    case .clientToServer:
      return CommandVocabulary.isIMAP(Self.verb(rest).verb.prefix { $0 != UInt8(ascii: " ") })
    case .serverToClient:
      if first == [UInt8(ascii: "*")] { return !rest.isEmpty }
      return Status(rest)?.isFinal ?? false
    }
  }

  /// Parts the verb from its arguments; UID belongs to the verb that follows it.
  static func verb(_ text: ArraySlice<UInt8>) -> (verb: ArraySlice<UInt8>, arguments: ArraySlice<UInt8>) {
    var end = text.firstIndex(where: isWhitespace) ?? text.endIndex
    if equalsIgnoringCase(text[..<end], Array("UID".utf8)) {
      let next = text[end...].drop(while: isWhitespace)
      end = next.firstIndex(where: isWhitespace) ?? next.endIndex
    }
    return (text[..<end], text[end...].trimmingWhitespace)
  }

  /// A status response's words (RFC 9051 §7.1).
  private struct Status {
    var word: [UInt8]
    var code: [UInt8]?
    var text: [UInt8]

    init?(_ text: ArraySlice<UInt8>) {
      let end = text.firstIndex(of: UInt8(ascii: " ")) ?? text.endIndex
      word = text[..<end].map { $0 & 0xdf }
      guard Self.words.contains(word) else { return nil }
      var rest = text[end...].trimmingWhitespace
      if rest.first == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) {
        code = Array(rest[rest.startIndex + 1..<close])
        rest = rest[(close + 1)...].trimmingWhitespace
      }
      self.text = Array(rest)
    }

    var isFinal: Bool { word != Self.words[3] && word != Self.words[4] }
    var isError: Bool { word != Self.words[0] && word != Self.words[4] }

    private static let words = ["OK", "NO", "BAD", "BYE", "PREAUTH"].map { Array($0.utf8) }
  }
}

/// What announces a literal at the end of a line (RFC 9051 §4.3, RFC 7888): `{12}`, `{12+}`, `~{12}`.
struct IMAPLiteral {
  var byteCount: UInt64
  /// Whether the client waits until the server agrees.
  var waits: Bool

  init?(endOf line: ArraySlice<UInt8>) {
    guard line.last == UInt8(ascii: "}"), let open = line.lastIndex(of: UInt8(ascii: "{")) else { return nil }
    var digits = line[(open + 1)...].dropLast()
    waits = digits.last != UInt8(ascii: "+")
    if !waits { digits = digits.dropLast() }
    guard let count = decimal(digits) else { return nil }
    byteCount = count
  }
}

/// What can be said of IMAP.
enum IMAPProblem: String, FindingCode {
  case compressed = "imap.compressed"
}
