import SessionEvents

/// IMAP4 (RFC 3501, RFC 9051, with LITERAL+ and LITERAL- of RFC 7888, IDLE, COMPRESS).
///
/// ```text
/// command ─{n}→ (held) ─"+"→ literal ─→ rest of the command's lines ─→ command
///         ─{n+}→ literal ─→ rest …
///         ─AUTHENTICATE→ (held) ─"+"→ an answer ─→ (held) ─tagged→ command
///         ─STARTTLS, COMPRESS→ (held) ─tagged OK→ whatever the bytes say
/// ```
///
/// Tagged replies are found by their tags; what the server says untagged counts to the oldest command that waits.
struct IMAPDialect: LineDialect {
  static let dialect = CommandExchange.Dialect.imap

  enum Phase {
    case command
    /// The server has to agree: to a literal of so many bytes, else to what the command wants.
    case asked(PendingCommand, literal: UInt64?)
    case answer(PendingCommand)
    case literal(PendingCommand)
    /// The command goes on in the next line.
    case rest(PendingCommand)
  }

  /// A response that has begun, whose literals are read.
  struct Response {
    var text: [UInt8]
    var byteCount: UInt64
    /// Its first line, which ends when the last does.
    var line: CommandLine

    /// The first word and what follows it.
    var words: (first: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
      let end = text.firstIndex(of: UInt8(ascii: " ")) ?? text.endIndex
      return (text[..<end], text[end...].trimmingWhitespace)
    }
  }

  var phase: Phase = .command
  var response: Response?
  /// The command to whose reply the server's literals belong.
  var payloadOwner: PendingCommand?
  var hasGreeted = false

  init(_ context: SessionContext) {}

  mutating func receive(_ line: CommandLine, from direction: Direction, in scene: CommandScene) {
    switch direction {
    case .clientToServer: receiveOfClient(line, in: scene)
    case .serverToClient: receiveOfServer(line, in: scene)
    }
  }

  // MARK: The client

  private mutating func receiveOfClient(_ line: CommandLine, in scene: CommandScene) {
    switch phase {
    case .answer(let pending):
      scene.addAnswer(line, to: pending)
      phase = .asked(pending, literal: nil)
      scene.client.mode = .held
    case .rest(let pending):
      pending.command.byteCount += UInt64(line.byteCount)
      let room = max(0, scene.limits.textByteCount - pending.command.arguments.count)
      pending.command.arguments += line.text.prefix(room)
      pending.end = line.end
      goOn(pending, line, in: scene)
    case .command, .asked, .literal:
      beginCommand(line, in: scene)
    }
  }

  private mutating func beginCommand(_ line: CommandLine, in scene: CommandScene) {
    let (tag, rest) = line.words
    if rest.isEmpty, equalsIgnoringCase(tag, Array("DONE".utf8)),
      let idle = scene.ledger.waiting.last(where: { $0.verb == "IDLE" })
    {
      return scene.addAnswer(line, to: idle)
    }
    let (verb, arguments) = Self.verb(rest)
    // Behind a tag, what is no command is one that the server refuses by its tag.
    guard verb.split(separator: UInt8(ascii: " ")).allSatisfy(CommandVocabulary.isVerb),
      !verb.isEmpty || scene.standing == .confirmed
    else { return scene.refuse(line, from: .clientToServer, "\(excerpt(line.text)) is no command of IMAP") }
    if hasGreeted, CommandVocabulary.isIMAP(verb.prefix { $0 != UInt8(ascii: " ") }) { scene.confirm() }
    goOn(scene.begin(line, tag: tag, verb: verb, arguments: arguments), line, in: scene)
  }

  /// A literal may follow the line; else the command is sent.
  private mutating func goOn(_ pending: PendingCommand, _ line: CommandLine, in scene: CommandScene) {
    if let literal = IMAPLiteral(endOf: line.tail) {
      if literal.waits {
        phase = .asked(pending, literal: literal.byteCount)
        scene.client.mode = .held
      } else {
        beginLiteral(literal.byteCount, pending, in: scene)
      }
      return
    }
    phase = .command
    pending.command.payload = scene.takePayload(from: scene.client, isComplete: !scene.client.hasPayloadGap)
    scene.complete(pending, at: line.end)
    if ["AUTHENTICATE", "STARTTLS", "COMPRESS"].contains(pending.verb) {
      phase = .asked(pending, literal: nil)
      scene.client.mode = .held
    }
  }

  mutating func beginLiteral(_ byteCount: UInt64, _ pending: PendingCommand, in scene: CommandScene) {
    scene.client.mode = .lines
    phase = byteCount == 0 ? .rest(pending) : .literal(pending)
    if byteCount > 0 { scene.beginPayload(of: pending.index, from: scene.client, mode: .counted(byteCount)) }
  }

  mutating func endPayload(from direction: Direction, at sighting: Sighting, in scene: CommandScene) {
    switch (direction, phase) {
    case (.clientToServer, .literal(let pending)):
      pending.command.byteCount += scene.client.offset - scene.client.payloadStart
      pending.end = sighting
      phase = .rest(pending)
    case (.clientToServer, _): break
    case (.serverToClient, _): response?.byteCount += scene.server.offset - scene.server.payloadStart
    }
  }

  mutating func resume(in scene: CommandScene) {
    scene.client.mode = .lines
    guard case .asked(let pending, let literal) = phase else { return }
    phase = .command
    if let literal {
      beginLiteral(literal, pending, in: scene)
    } else if pending.verb == "STARTTLS" {
      if scene.isTLSHeld { scene.handOver() }
    } else if pending.verb == "AUTHENTICATE", !scene.client.held.hasWords {
      phase = .answer(pending)
    }
  }

  mutating func lose(_ direction: Direction, in scene: CommandScene) {
    switch (direction, phase) {
    case (.clientToServer, .literal(let pending)), (.clientToServer, .rest(let pending)):
      phase = .command
      if case .counted = scene.client.mode {
        pending.command.byteCount += scene.client.offset - scene.client.payloadStart
      }
      pending.command.payload = scene.takePayload(from: scene.client, isComplete: false)
      scene.complete(pending, at: pending.end)
    case (.clientToServer, .answer): phase = .command
    case (.clientToServer, .command), (.clientToServer, .asked): break
    case (.serverToClient, _):
      if let response {
        payloadOwner?.replyByteCount += response.byteCount
        self.response = nil
      }
    }
  }
}
