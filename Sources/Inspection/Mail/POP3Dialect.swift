import SessionEvents

/// POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034).
///
/// A reply is a line, or a line and a list up to a dot, which the command and its arguments tell. Behind AUTH and STLS
/// the client's bytes are held until the server says what they are.
struct POP3Dialect: LineDialect {
  static let dialect = CommandExchange.Dialect.pop3

  private enum Phase {
    case command
    /// The server has to agree to an authentication or TLS.
    case asked(PendingCommand)
    /// The client answers a challenge.
    case answer(PendingCommand)
  }

  private var phase: Phase = .command
  /// The reply whose list is read, and the command that it answers.
  private var list: (reply: CommandExchange.Reply, of: PendingCommand)?
  private var isFirstReply = true

  init(_ context: SessionContext) {}

  mutating func receive(_ line: CommandLine, from direction: Direction, in scene: CommandScene) {
    switch direction {
    case .clientToServer: receiveOfClient(line, in: scene)
    case .serverToClient: receiveOfServer(line, in: scene)
    }
  }

  // MARK: The client

  private mutating func receiveOfClient(_ line: CommandLine, in scene: CommandScene) {
    if case .answer(let pending) = phase {
      scene.addAnswer(line, to: pending)
      phase = .asked(pending)
      scene.client.mode = .held
      return
    }
    let (verb, arguments) = line.words
    guard CommandVocabulary.isVerb(verb) else {
      return scene.refuse(line, from: .clientToServer, "\(excerpt(line.text)) is no command of POP3")
    }
    // Whoever asks on has read the list whose end lies in a gap.
    if scene.server.hasPayloadGap, list != nil { endList(at: line.start, isComplete: false, in: scene) }
    scene.judge(verb, as: .pop3)
    let pending = scene.begin(line, verb: verb, arguments: arguments)
    scene.complete(pending, at: line.end)
    if pending.verb == "STLS" || (pending.verb == "AUTH" && !arguments.isEmpty) {
      phase = .asked(pending)
      scene.client.mode = .held
    }
  }

  mutating func resume(in scene: CommandScene) {
    scene.client.mode = .lines
    guard case .asked(let pending) = phase else { return }
    phase = .command
    if pending.verb == "STLS" {
      if scene.isTLSHeld { scene.handOver() }
    } else if !scene.isCommandHeld(of: .pop3) {
      phase = .answer(pending)
    }
  }

  // MARK: The server

  private mutating func receiveOfServer(_ line: CommandLine, in scene: CommandScene) {
    let pending = scene.ledger.firstUnanswered
    scene.noteEnding(of: line, in: pending, from: .serverToClient)
    let (status, text) = line.words
    switch String(decoding: status, as: UTF8.self) {
    case "+OK", "-ERR":
      let isError = status.first == UInt8(ascii: "-")
      let (code, rest) = Self.code(text)
      let reply = CommandExchange.Reply(
        status: Array(status), isError: isError, code: code, text: Array(rest),
        byteCount: UInt64(line.byteCount) + (pending?.replyByteCount ?? 0))
      receive(reply, line, pending, in: scene)
    case "+":
      challenge(line, text, pending, in: scene)
    default:
      scene.refuse(line, from: .serverToClient, "\(excerpt(line.text)) is no reply of POP3")
    }
  }

  private mutating func challenge(
    _ line: CommandLine, _ text: ArraySlice<UInt8>, _ pending: PendingCommand?, in scene: CommandScene
  ) {
    guard let pending else {
      return scene.refuse(line, from: .serverToClient, "a challenge that no command asked for")
    }
    pending.replyByteCount += UInt64(line.byteCount)
    scene.ledger.add(
      CommandExchange.Interim(sender: .server, status: [UInt8(ascii: "+")], text: Array(text)), to: pending,
      at: line.end)
    guard case .asked(let asked) = phase, asked === pending, pending.verb == "AUTH" else { return }
    phase = .answer(pending)
    scene.client.mode = .lines
  }

  private mutating func receive(
    _ reply: CommandExchange.Reply, _ line: CommandLine, _ pending: PendingCommand?, in scene: CommandScene
  ) {
    let isGreeting = isFirstReply && pending.map { _ in Self.greets(reply.text) } ?? true
    isFirstReply = false
    guard let pending, !isGreeting else {
      scene.ledger.reportUnasked(reply, from: line.start, to: line.end, seen: scene.seen)
      return
    }
    if !CommandVocabulary.protocols(knowing: pending.command.verb).contains(.redis) { scene.confirm() }
    if !reply.isError, Self.hasList(pending) {
      list = (reply, pending)
      scene.server.dots = DotReader()
      if pending.verb == "RETR" || pending.verb == "TOP" {
        scene.beginPayload(of: pending.index, from: scene.server, mode: .dots)
      } else {
        scene.server.collect(upTo: scene.limits.textByteCount - reply.text.count)
      }
      return
    }
    finish(pending, reply, at: line.end, in: scene)
  }

  private mutating func finish(
    _ pending: PendingCommand, _ reply: CommandExchange.Reply, at sighting: Sighting, in scene: CommandScene
  ) {
    if case .asked(let asked) = phase, asked === pending {
      phase = .command
      scene.client.mode = .lines
      if pending.verb == "STLS", !reply.isError { scene.startTLS(after: pending) }
    }
    scene.answer(pending, with: reply, at: sighting)
  }

  mutating func endPayload(from direction: Direction, at sighting: Sighting, in scene: CommandScene) {
    endList(at: sighting, isComplete: true, in: scene)
  }

  private mutating func endList(at sighting: Sighting, isComplete: Bool, in scene: CommandScene) {
    guard let (started, pending) = list else { return }
    var reply = started
    list = nil
    let server = scene.server
    reply.byteCount += server.offset - server.payloadStart
    reply.itemCount = server.dots.lineCount
    reply.payload = scene.takePayload(from: server, isComplete: isComplete)
    reply.text = server.takeCollected(after: reply.text)
    if !isComplete {
      server.mode = .lines
      server.searchStart = server.offset
    }
    finish(pending, reply, at: sighting, in: scene)
  }

  mutating func lose(_ direction: Direction, in scene: CommandScene) {
    switch direction {
    case .clientToServer: if case .answer = phase { phase = .command }
    case .serverToClient:
      isFirstReply = false
      if let pending = list?.of { endList(at: pending.end, isComplete: false, in: scene) }
    }
  }

  func fits(_ line: CommandLine, from direction: Direction) -> Bool {
    switch direction {
    case .clientToServer: CommandVocabulary.protocols(knowing: line.words.first).contains(.pop3)
    case .serverToClient: ["+OK", "-ERR"].contains(String(decoding: line.words.first, as: UTF8.self))
    }
  }

  // MARK: What the words say

  /// Whether a list follows a good reply (RFC 1939 §5, §7; RFC 2449 §5; RFC 6856 §3.2).
  private static func hasList(_ pending: PendingCommand) -> Bool {
    switch pending.verb {
    case "RETR", "TOP", "CAPA": true
    case "LIST", "UIDL", "AUTH", "LANG": pending.command.arguments.isEmpty
    default: false
    }
  }

  /// Whether the text is one of a greeting: clients that could not wait have asked already.
  private static func greets(_ text: [UInt8]) -> Bool {
    let text = String(decoding: text, as: UTF8.self).lowercased()
    return ["pop", "ready", "hello", "welcome", "@"].contains(where: text.contains)
  }

  /// Parts the response code (RFC 2449 §8) from the text.
  private static func code(_ text: ArraySlice<UInt8>) -> (code: [UInt8]?, text: ArraySlice<UInt8>) {
    guard text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) else {
      return (nil, text)
    }
    return (Array(text[text.startIndex + 1..<end]), text[(end + 1)...].trimmingWhitespace)
  }
}
