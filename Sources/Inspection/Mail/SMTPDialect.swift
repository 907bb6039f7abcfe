import SessionEvents

/// SMTP, its submission and LMTP (RFC 5321, RFC 6409, RFC 2033).
///
/// ```text
/// command ─DATA→ (held) ─354→ mail, to its dot ─→ command
///         ─BDAT→ chunk ─→ command
///         ─AUTH→ (held) ─334→ an answer ─→ (held) ─235, 5yz→ command
///         ─STARTTLS→ (held) ─220→ whatever the bytes say
/// ```
struct SMTPDialect: LineDialect {
  static let dialect = CommandExchange.Dialect.smtp

  private enum Phase {
    case command
    /// The server has to agree to a mail, an authentication or TLS.
    case asked(PendingCommand)
    /// The client answers a challenge.
    case answer(PendingCommand)
    /// A mail, or a chunk of one.
    case mail(PendingCommand)
  }

  private var phase: Phase = .command
  private var replies: ReplyLines
  private var isFirstReply = true
  /// In LMTP each recipient of the mail gets a reply.
  private var isLMTP = false
  private var recipientCount = 0
  private var isBareLineFeedUsual = false

  init(_ context: SessionContext) {
    replies = ReplyLines(hasCodeInEachLine: true, limit: context.limits.commands.textByteCount)
  }

  // MARK: The client

  mutating func receive(_ line: CommandLine, from direction: Direction, in scene: CommandScene) {
    switch direction {
    case .clientToServer: receiveOfClient(line, in: scene)
    case .serverToClient: receiveOfServer(line, in: scene)
    }
  }

  private mutating func receiveOfClient(_ line: CommandLine, in scene: CommandScene) {
    if case .answer(let pending) = phase {
      scene.addAnswer(line, to: pending)
      phase = .asked(pending)
      scene.client.mode = .held
      return
    }
    let (verb, arguments) = line.words
    guard CommandVocabulary.isVerb(verb) else {
      return scene.refuse(line, from: .clientToServer, "\(excerpt(line.text)) is no command of SMTP")
    }
    scene.judge(verb, as: .smtp)
    isBareLineFeedUsual = line.ending == .bareLineFeed
    begin(scene.begin(line, verb: verb, arguments: arguments), line, in: scene)
  }

  private mutating func begin(_ pending: PendingCommand, _ line: CommandLine, in scene: CommandScene) {
    switch pending.verb {
    case "DATA":
      phase = .asked(pending)
      scene.client.mode = .held
    case "AUTH", "STARTTLS":
      phase = .asked(pending)
      scene.client.mode = .held
      scene.complete(pending, at: line.end)
    case "BDAT":
      beginChunk(pending, line, in: scene)
    case "LHLO":
      isLMTP = true
      scene.complete(pending, at: line.end)
    default:
      scene.complete(pending, at: line.end)
    }
  }

  /// BDAT's first argument is the size of what follows it (RFC 3030 §2).
  private mutating func beginChunk(_ pending: PendingCommand, _ line: CommandLine, in scene: CommandScene) {
    let size = pending.command.arguments.prefix { !isWhitespace($0) }
    guard let count = decimal(size) else {
      scene.ledger.note(
        CommandProblem.commandInvalid.at(
          line.offset, "\(excerpt(size)) is no size of a chunk", in: .clientToServer), in: pending)
      return scene.complete(pending, at: line.end)
    }
    guard count > 0 else { return scene.complete(pending, at: line.end) }
    phase = .mail(pending)
    scene.beginPayload(of: pending.index, from: scene.client, mode: .counted(count))
  }

  mutating func endPayload(from direction: Direction, at sighting: Sighting, in scene: CommandScene) {
    guard case .mail(let pending) = phase else { return }
    if let place = scene.client.dots.ambiguousEnd {
      let detail =
        "a dot alone on a line, without CRLF around it: some servers take it for the end of the mail"
      scene.ledger.note(SMTPProblem.dataEndAmbiguous.at(place, detail, in: .clientToServer), in: pending)
    }
    endMail(pending, at: sighting, isComplete: true, in: scene)
  }

  private mutating func endMail(
    _ pending: PendingCommand, at sighting: Sighting, isComplete: Bool, in scene: CommandScene
  ) {
    phase = .command
    scene.takePayload(of: pending, isComplete: isComplete)
    scene.complete(pending, at: sighting)
  }

  mutating func resume(in scene: CommandScene) {
    scene.client.mode = .lines
    guard case .asked(let pending) = phase else { return }
    phase = .command
    switch pending.verb {
    case "DATA": beginMail(pending, in: scene)
    case "STARTTLS": if scene.isTLSHeld { scene.handOver() }
    case "AUTH": if !scene.isCommandHeld(of: .smtp) { phase = .answer(pending) }
    default: break
    }
  }

  mutating func lose(_ direction: Direction, in scene: CommandScene) {
    switch (direction, phase) {
    case (.clientToServer, .mail(let pending)):
      endMail(pending, at: pending.end, isComplete: false, in: scene)
    case (.clientToServer, .answer): phase = .command
    case (.clientToServer, .command), (.clientToServer, .asked): break
    case (.serverToClient, _):
      replies.reset()
      isFirstReply = false
    }
  }

  // MARK: The server

  private mutating func receiveOfServer(_ line: CommandLine, in scene: CommandScene) {
    scene.noteEnding(of: line, in: scene.ledger.firstUnanswered, from: .serverToClient)
    switch replies.receive(line) {
    case .more: break
    case .invalid: scene.refuse(line, from: .serverToClient, "\(excerpt(line.text)) is no reply of SMTP")
    case .reply(let reply): receive(reply, in: scene)
    }
  }

  private mutating func receive(_ reply: ReplyLines.Reply, in scene: CommandScene) {
    let isGreeting = isFirstReply && isGreeting(reply, scene)
    isFirstReply = false
    let (code, text) = Self.enhanced(reply)
    guard let pending = isGreeting ? nil : scene.ledger.firstUnanswered else {
      let exchange = CommandExchange.Reply(reply, to: nil, code: code, text: text)
      scene.ledger.reportUnasked(exchange, from: reply.start, to: reply.end, seen: scene.seen)
      return
    }
    if reply.number / 100 == 3 || isOneOfSeveral(pending, reply) {
      pending.replyByteCount += reply.byteCount
      scene.ledger.add(
        CommandExchange.Interim(sender: .server, status: Array(reply.code), text: reply.text), to: pending,
        at: reply.end)
      if reply.number / 100 == 3 { agree(to: pending, in: scene) }
    } else {
      finish(pending, CommandExchange.Reply(reply, to: pending, code: code, text: text), reply, in: scene)
    }
  }

  /// What was said first is a greeting, unless a client that could not wait is told why its command is refused.
  private func isGreeting(_ reply: ReplyLines.Reply, _ scene: CommandScene) -> Bool {
    switch reply.number {
    case 220: scene.ledger.firstUnanswered?.verb != "STARTTLS"
    case 421, 521, 554: scene.ledger.waiting.isEmpty
    default: false
    }
  }

  /// The server wants more: the mail, or the answer to a challenge.
  private mutating func agree(to pending: PendingCommand, in scene: CommandScene) {
    guard case .asked(let asked) = phase, asked === pending else { return }
    switch pending.verb {
    case "DATA": beginMail(pending, in: scene)
    case "AUTH":
      phase = .answer(pending)
      scene.client.mode = .lines
    default: break
    }
  }

  private mutating func beginMail(_ pending: PendingCommand, in scene: CommandScene) {
    phase = .mail(pending)
    scene.client.dots = DotReader(acceptsBareLineFeeds: isBareLineFeedUsual)
    scene.beginPayload(of: pending.index, from: scene.client, mode: .dots)
  }

  /// Replies to the mail for all recipients but the last (RFC 2033 §4.2).
  private mutating func isOneOfSeveral(_ pending: PendingCommand, _ reply: ReplyLines.Reply) -> Bool {
    guard isLMTP, pending.verb == "DATA" || pending.verb == "BDAT", pending.isSent, recipientCount > 1 else {
      return false
    }
    recipientCount -= 1
    return true
  }

  private mutating func finish(
    _ pending: PendingCommand, _ answer: CommandExchange.Reply, _ reply: ReplyLines.Reply,
    in scene: CommandScene
  ) {
    countRecipients(pending, reply)
    if case .asked(let asked) = phase, asked === pending, pending.verb == "STARTTLS", reply.number == 220 {
      scene.startTLS(after: pending)
    }
    scene.answer(pending, with: answer, at: reply.end)
    switch phase {
    case .asked(let asked) where asked === pending:
      phase = .command
      scene.client.mode = .lines
      if pending.verb == "DATA" { scene.complete(pending, at: pending.end) }
    case .mail(let sent) where sent === pending && scene.client.hasPayloadGap:
      // The mail's end lies in the gap.
      scene.client.mode = .lines
      scene.client.searchStart = scene.client.offset
      endMail(pending, at: reply.end, isComplete: false, in: scene)
    case .command, .asked, .answer, .mail:
      break
    }
  }

  private mutating func countRecipients(_ pending: PendingCommand, _ reply: ReplyLines.Reply) {
    switch pending.verb {
    case "RCPT": if !reply.isError { recipientCount += 1 }
    case "MAIL", "RSET", "DATA", "LHLO": recipientCount = 0
    default: break
    }
  }
}
