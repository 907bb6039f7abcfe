import SessionEvents

/// The control connection of FTP (RFC 959, RFC 2228, RFC 2428, RFC 4217).
///
/// Preliminary replies (1yz) come before the final one of the same command. Behind AUTH TLS the client's bytes are held
/// until the server agrees.
struct FTPDialect: LineDialect {
  static let dialect = CommandExchange.Dialect.ftp

  private var replies: ReplyLines
  /// The command that asks for TLS.
  private var asked: PendingCommand?

  init(_ context: SessionContext) {
    replies = ReplyLines(hasCodeInEachLine: false, limit: context.limits.commands.textByteCount)
  }

  mutating func receive(_ line: CommandLine, from direction: Direction, in scene: CommandScene) {
    switch direction {
    case .clientToServer: receiveOfClient(line, in: scene)
    case .serverToClient: receiveOfServer(line, in: scene)
    }
  }

  // MARK: The client

  private mutating func receiveOfClient(_ line: CommandLine, in scene: CommandScene) {
    var line = line
    line.text = Telnet.text(of: line.text)
    let (verb, arguments) = line.words
    guard CommandVocabulary.isVerb(verb) else {
      return scene.refuse(line, from: .clientToServer, "\(excerpt(line.text)) is no command of FTP")
    }
    scene.judge(verb, as: .ftp)
    let pending = scene.begin(line, verb: verb, arguments: arguments)
    switch pending.verb {
    case "PORT": pending.dataEndpoint = FTPEndpoint.ofPort(arguments)
    case "EPRT": pending.dataEndpoint = FTPEndpoint.ofExtendedPort(arguments)
    case "AUTH":
      let mechanism = String(decoding: arguments, as: UTF8.self).uppercased()
      if mechanism.hasPrefix("TLS") || mechanism == "SSL" {
        asked = pending
        scene.client.mode = .held
      }
    default: break
    }
    scene.complete(pending, at: line.end)
  }

  mutating func resume(in scene: CommandScene) {
    scene.client.mode = .lines
    asked = nil
    if scene.isTLSHeld { scene.handOver() }
  }

  mutating func endPayload(from direction: Direction, at sighting: Sighting, in scene: CommandScene) {}

  mutating func lose(_ direction: Direction, in scene: CommandScene) {
    if direction == .serverToClient { replies.reset() }
  }

  func fits(_ line: CommandLine, from direction: Direction) -> Bool {
    switch direction {
    case .clientToServer: CommandVocabulary.protocols(knowing: line.words.first).contains(.ftp)
    case .serverToClient: ReplyLines.code(of: line.text) != nil
    }
  }

  // MARK: The server

  private mutating func receiveOfServer(_ line: CommandLine, in scene: CommandScene) {
    scene.noteEnding(of: line, in: scene.ledger.firstUnanswered, from: .serverToClient)
    switch replies.receive(line) {
    case .more: break
    case .invalid: scene.refuse(line, from: .serverToClient, "\(excerpt(line.text)) is no reply of FTP")
    case .reply(let reply): receive(reply, in: scene)
    }
  }

  private mutating func receive(_ reply: ReplyLines.Reply, in scene: CommandScene) {
    let isGreeting = reply.offset == 0 && (reply.number == 220 || reply.number == 120)
    guard let pending = isGreeting ? nil : answered(by: reply, in: scene) else {
      return scene.ledger.reportUnasked(
        CommandExchange.Reply(reply, to: nil), from: reply.start, to: reply.end, seen: scene.seen)
    }
    let known = CommandVocabulary.protocols(knowing: pending.command.verb)
    if known.contains(.ftp), !known.contains(.smtp) { scene.confirm() }
    guard reply.number / 100 != 1 else {
      pending.replyByteCount += reply.byteCount
      scene.ledger.add(
        CommandExchange.Interim(sender: .server, status: Array(reply.code), text: reply.text), to: pending,
        at: reply.end)
      return
    }
    finish(pending, reply, in: scene)
  }

  /// Replies come in order, but STAT is answered while a transfer goes on (RFC 959 §4.1.3).
  private func answered(by reply: ReplyLines.Reply, in scene: CommandScene) -> PendingCommand? {
    let waiting = scene.ledger.waiting.filter { $0.reply == nil }
    if (211...213).contains(reply.number), waiting.first?.interim.isEmpty == false,
      let inquiry = waiting.first(where: { $0.verb == "STAT" })
    {
      return inquiry
    }
    return waiting.first
  }

  private mutating func finish(_ pending: PendingCommand, _ reply: ReplyLines.Reply, in scene: CommandScene) {
    switch reply.number {
    case 227: pending.dataEndpoint = FTPEndpoint.ofPassive(reply.text)
    case 229:
      pending.dataEndpoint = FTPEndpoint.ofExtendedPassive(reply.text, server: scene.context.server.address)
    default: break
    }
    if asked === pending {
      asked = nil
      scene.client.mode = .lines
      if reply.number == 234 { scene.startTLS(after: pending) }
    }
    scene.answer(pending, with: CommandExchange.Reply(reply, to: pending), at: reply.end)
  }
}

/// What FTP has of Telnet (RFC 854, RFC 959 §3.1).
enum Telnet {
  private static let escape: UInt8 = 0xff

  /// The text without Telnet's commands, of which ABOR has some in front.
  static func text(of line: [UInt8]) -> [UInt8] {
    guard line.contains(escape) else { return line }
    var text: [UInt8] = []
    var position = 0
    while position < line.count {
      let byte = line[position]
      position += 1
      guard byte == escape, position < line.count else {
        if byte != escape { text.append(byte) }
        continue
      }
      switch line[position] {
      case escape:
        text.append(escape)
        position += 1
      case 0xfb...0xfe: position += 2
      case 0xf0...0xfa: position += 1
      default: break
      }
    }
    return text
  }
}
