import SessionEvents

// What the client says.
extension PostgreSQLConversation {
  func receiveOfClient(_ message: PostgreSQLMessage) {
    guard let type = message.type else { return receiveStartup(message) }
    understand(.clientToServer)
    switch type {
    case UInt8(ascii: "Q"):
      endSeries(at: message.end)
      let sql = PostgreSQLMessage.text(message.body[...]).text
      scene.complete(begin("Query", sql, message), at: message.end)
    case UInt8(ascii: "F"):
      let object = message.number(at: 0).map { "\($0)" } ?? ""
      scene.complete(begin("FunctionCall", Array(object.utf8)[...], message), at: message.end)
    case UInt8(ascii: "P"), UInt8(ascii: "B"), UInt8(ascii: "D"), UInt8(ascii: "E"), UInt8(ascii: "C"),
      UInt8(ascii: "H"):
      addToSeries(message, type)
    case UInt8(ascii: "S"):
      if series == nil { series = begin("Sync", [], message) } else { extend(message) }
      endSeries(at: message.end)
    case UInt8(ascii: "X"):
      scene.ledger.finish(begin("Terminate", [], message), seen: scene.seen)
    case UInt8(ascii: "p"): receiveIdentification(message)
    case UInt8(ascii: "c"), UInt8(ascii: "f"), UInt8(ascii: "d"): receiveOfCopy(message, type)
    default: break
    }
  }

  private func begin(
    _ verb: String, _ arguments: ArraySlice<UInt8>, _ message: PostgreSQLMessage
  ) -> PendingCommand {
    let command = CommandExchange.Command(
      verb: Array(verb.utf8), arguments: Array(arguments.prefix(scene.limits.textByteCount)),
      byteCount: message.byteCount)
    let pending = scene.ledger.begin(command, at: message.start, seen: scene.seen)
    pending.end = message.end
    return pending
  }

  // MARK: Login

  private func receiveStartup(_ message: PostgreSQLMessage) {
    guard let code = message.number(at: 0), let startup = PostgreSQLStartup(code: code) else {
      let detail = "a first message that asks for nothing known"
      return scene.ledger.note(
        PostgreSQLProblem.messageInvalid.at(message.offset, detail, in: .clientToServer))
    }
    scene.confirm()
    let pending = begin(startup.verb, arguments(of: startup, message)[...], message)
    switch startup {
    case .version:
      scene.complete(pending, at: message.end)
    case .tls, .gssEncryption:
      scene.complete(pending, at: message.end)
      scene.client.mode = .held
      client.expectation = .startup
      server.expectation = .answer
    case .cancel:
      scene.ledger.finish(pending, seen: scene.seen)
    }
  }

  private func arguments(of startup: PostgreSQLStartup, _ message: PostgreSQLMessage) -> [UInt8] {
    switch startup {
    case .version:
      return Array(
        message.pairs.map { $0.key + [UInt8(ascii: "=")] + $0.value }.joined(separator: [UInt8(ascii: " ")]))
    case .cancel: return message.number(at: 4).map { Array("process \($0)".utf8) } ?? []
    case .tls, .gssEncryption: return []
    }
  }

  /// A password, or what stands for one: not repeated here.
  private func receiveIdentification(_ message: PostgreSQLMessage) {
    var text = "(\(authentication.answerName), \(message.body.count) bytes)"
    if case .sasl = authentication {
      let mechanism = PostgreSQLMessage.text(message.body[...]).text
      text = String(decoding: mechanism, as: UTF8.self) + " " + text
    } else if case .cleartextPassword = authentication {
      // Without the zero byte that ends it.
      text = "(password, \(max(1, message.body.count) - 1) bytes)"
    }
    guard let pending = scene.ledger.firstUnanswered else {
      return scene.complete(begin("Password", Array(text.utf8)[...], message), at: message.end)
    }
    pending.command.byteCount += message.byteCount
    scene.ledger.add(
      CommandExchange.Interim(sender: .client, status: [], text: Array(text.utf8)), to: pending,
      at: message.end)
  }

  // MARK: Extended queries

  private func addToSeries(_ message: PostgreSQLMessage, _ type: UInt8) {
    let (name, text) = describe(message, type)
    guard let pending = series else {
      series = begin(name, text[...], message)
      return
    }
    extend(message)
    // A statement that was parsed in the same series need not be named again.
    guard !text.isEmpty, !pending.command.arguments.starts(with: text) else { return }
    let separator = pending.command.arguments.isEmpty ? "" : "; "
    let room = max(0, scene.limits.textByteCount - pending.command.arguments.count)
    pending.command.arguments += (Array(separator.utf8) + text).prefix(room)
  }

  private func extend(_ message: PostgreSQLMessage) {
    series?.command.byteCount += message.byteCount
    series?.end = message.end
  }

  /// All of the series was sent.
  func endSeries(at sighting: Sighting?) {
    guard let pending = series else { return }
    series = nil
    scene.complete(pending, at: sighting ?? pending.end)
  }

  /// What a message is called, and what it says that is worth telling: SQL, and the names of statements and portals.
  private func describe(_ message: PostgreSQLMessage, _ type: UInt8) -> (name: String, text: [UInt8]) {
    let (first, rest) = PostgreSQLMessage.text(message.body[...])
    let second = PostgreSQLMessage.text(rest).text
    switch type {
    case UInt8(ascii: "P"): return ("Parse", remember(Array(second), as: Array(first)))
    case UInt8(ascii: "B"): return ("Bind", statement(Array(second)))
    case UInt8(ascii: "E"): return ("Execute", first.isEmpty ? [] : Array("execute ".utf8) + Array(first))
    case UInt8(ascii: "D"):
      return ("Describe", first.first == UInt8(ascii: "S") ? statement(Array(first.dropFirst())) : [])
    case UInt8(ascii: "C"):
      if first.first == UInt8(ascii: "S") { statements[Array(first.dropFirst())] = nil }
      return ("Close", first.count > 1 ? Array("close ".utf8) + Array(first.dropFirst()) : [])
    default: return ("Flush", [])
    }
  }

  /// A statement that is parsed; one with a name is told again where it is used.
  private func remember(_ sql: [UInt8], as name: [UInt8]) -> [UInt8] {
    guard !name.isEmpty else { return sql }
    if statements.count < scene.limits.statementCount || statements[name] != nil {
      statements[name] = Array(sql.prefix(scene.limits.textByteCount / 4))
    }
    return name + Array(": ".utf8) + sql
  }

  private func statement(_ name: [UInt8]) -> [UInt8] {
    guard !name.isEmpty else { return [] }
    return statements[name].map { name + Array(": ".utf8) + $0 } ?? name
  }

  // MARK: COPY

  private func receiveOfCopy(_ message: PostgreSQLMessage, _ type: UInt8) {
    guard let pending = scene.ledger.firstUnanswered else { return }
    pending.end = message.end
    pending.command.byteCount += message.byteCount
    if type == UInt8(ascii: "f") {
      let reason = PostgreSQLMessage.text(message.body[...]).text
      scene.ledger.add(
        CommandExchange.Interim(sender: .client, status: [], text: Array(reason)), to: pending,
        at: message.end)
    }
  }
}
