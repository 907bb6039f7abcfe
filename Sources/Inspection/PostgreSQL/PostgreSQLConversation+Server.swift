import SessionEvents

// What the server says.
extension PostgreSQLConversation {
  /// The server answers a request for encryption before anything else is said.
  func receiveAnswer(_ byte: UInt8, at sighting: Sighting) {
    guard let pending = scene.ledger.firstUnanswered else { return }
    let agrees = byte == UInt8(ascii: pending.verb == "SSLREQUEST" ? "S" : "G")
    if !agrees, byte != UInt8(ascii: "N") {
      scene.ledger.note(
        PostgreSQLProblem.messageInvalid.at(
          scene.server.offset - 1, "byte \(byte) answers no request for encryption", in: .serverToClient),
        in: pending)
    }
    scene.client.mode = .lines
    if agrees { scene.startTLS(after: pending) }
    scene.answer(
      pending,
      with: CommandExchange.Reply(
        status: [byte], isError: false, text: Array((agrees ? "accepted" : "refused").utf8), byteCount: 1),
      at: sighting)
  }

  func receiveOfServer(_ message: PostgreSQLMessage) {
    understand(.serverToClient)
    guard let type = message.type else { return }
    switch type {
    case UInt8(ascii: "A"): return notify(message)
    case UInt8(ascii: "N"): return receiveNotice(message)
    case UInt8(ascii: "S"): return receiveParameter(message)
    default: break
    }
    result.count(message)
    switch type {
    case UInt8(ascii: "R"): receiveAuthentication(message)
    case UInt8(ascii: "D"): result.addRow()
    case UInt8(ascii: "T"): result.describeRows()
    case UInt8(ascii: "C"): addTag(PostgreSQLMessage.text(message.body[...]).text)
    case UInt8(ascii: "I"): addTag(Array("EmptyQuery".utf8)[...])
    case UInt8(ascii: "s"): addTag(Array("PortalSuspended".utf8)[...])
    case UInt8(ascii: "V"): addTag(Array("FunctionCall".utf8)[...])
    case UInt8(ascii: "E"): receiveError(message)
    case UInt8(ascii: "Z"): finishResult(isCut: false)
    default: break
    }
  }

  func understand(_ direction: Direction) {
    understood.insert(direction)
    if understood.count == 2 { scene.confirm() }
  }

  private func addTag(_ tag: ArraySlice<UInt8>) {
    result.addTag(tag, limit: scene.limits.textByteCount)
  }

  private func receiveAuthentication(_ message: PostgreSQLMessage) {
    guard let method = PostgreSQLAuthentication(message) else { return }
    if method == .ok {
      result.isLogin = true
      return
    }
    if method != .goesOn { authentication = method }
    if method == .goesOn, case .sasl = authentication { authentication = .goesOn }
    addInterim("Authentication", method.text, at: message.end)
  }

  /// An error ends what was asked, up to the next ReadyForQuery; alone it ends the session.
  private func receiveError(_ message: PostgreSQLMessage) {
    let failure = PostgreSQLNotice(message.body)
    result.failure = result.failure ?? failure
    guard scene.ledger.firstUnanswered == nil else { return }
    finishResult(isCut: true)
  }

  // MARK: What comes between

  private func notify(_ message: PostgreSQLMessage) {
    let (channel, rest) = PostgreSQLMessage.text(message.body.dropFirst(4))
    let payload = PostgreSQLMessage.text(rest).text
    reportUnasked("NOTIFY", channel + (payload.isEmpty ? [] : [UInt8(ascii: " ")] + payload), message)
  }

  private func receiveNotice(_ message: PostgreSQLMessage) {
    let notice = PostgreSQLNotice(message.body)
    let text = (notice.code ?? []) + [UInt8(ascii: " ")] + notice.message
    say(String(decoding: notice.severity, as: UTF8.self), text[...], message)
  }

  private func receiveParameter(_ message: PostgreSQLMessage) {
    let (key, rest) = PostgreSQLMessage.text(message.body[...])
    let value = PostgreSQLMessage.text(rest).text
    if result.isLogin {
      result.count(message)
      return result.addParameter(key, value, limit: scene.limits.textByteCount)
    }
    say("ParameterStatus", key + [UInt8(ascii: "=")] + value, message)
  }

  /// Within an exchange it belongs to that, else it stands alone.
  private func say(_ status: String, _ text: ArraySlice<UInt8>, _ message: PostgreSQLMessage) {
    guard scene.ledger.firstUnanswered != nil else { return reportUnasked(status, text, message) }
    result.count(message)
    addInterim(status, Array(text), at: message.end)
  }

  private func addInterim(_ status: String, _ text: [UInt8], at sighting: Sighting) {
    guard let pending = scene.ledger.firstUnanswered else { return }
    scene.ledger.add(
      CommandExchange.Interim(
        sender: .server, status: Array(status.utf8), text: Array(text.prefix(scene.limits.textByteCount))),
      to: pending, at: sighting)
  }

  private func reportUnasked(_ status: String, _ text: ArraySlice<UInt8>, _ message: PostgreSQLMessage) {
    let reply = CommandExchange.Reply(
      status: Array(status.utf8), isError: false, text: Array(text.prefix(scene.limits.textByteCount)),
      byteCount: message.byteCount)
    scene.ledger.reportUnasked(reply, from: message.start, to: message.end, seen: scene.seen)
  }

  // MARK: The end of an exchange

  /// The server is ready for the next, or will say no more.
  func finishResult(isCut: Bool) {
    guard let start = result.start, let end = result.end else { return }
    let pending = scene.ledger.firstUnanswered
    var reply = result.reply(to: pending)
    let isWhole = !isCut && !scene.server.hasPayloadGap
    reply.payload = scene.takePayload(from: scene.server, isComplete: isWhole)
    let isLost = hasLostResult && result.isEmpty
    let isEmpty = result.isEmpty
    result = PostgreSQLResult()
    hasLostResult = false
    guard let pending else {
      // ReadyForQuery alone says nothing.
      guard !isEmpty else { return }
      return scene.ledger.reportUnasked(reply, from: start, to: end, seen: scene.seen)
    }
    if pending === series { endSeries(at: nil) }
    if scene.client.isMeasuring {
      let isSent = !isCut && !scene.client.hasPayloadGap
      pending.command.payload = scene.takePayload(from: scene.client, isComplete: isSent)
    }
    // What it said lies in the gap, or could not be read.
    if isLost { return scene.ledger.finish(pending, seen: scene.seen) }
    scene.answer(pending, with: reply, at: end)
  }
}
