import SessionEvents

/// A session through a SOCKS proxy (RFC 1928, RFC 1929; SOCKS 4 and 4A): what is asked of the proxy is one exchange, and
/// behind a CONNECT that succeeds stands whatever the bytes say.
///
/// ```text
/// methods → method ─none→ request → reply ─succeeded→ anything
///                  ─password→ name → verdict ─→ request
/// ```
final class SOCKSConversation: Conversation {
  /// What is read next.
  enum Stage {
    case methods
    case method
    case name
    case verdict
    case request
    case reply
    /// Nothing that is read.
    case over

    var sender: Direction? {
      switch self {
      case .methods, .name, .request: .clientToServer
      case .method, .verdict, .reply: .serverToClient
      case .over: nil
      }
    }
  }

  private let scene: CommandScene
  private var stage: Stage = .methods
  /// The message of this stage so far.
  private var message: [UInt8] = []
  private var pending: PendingCommand?
  private var isVersion4 = false
  private var command: UInt8 = 0

  init(_ context: SessionContext) {
    scene = CommandScene(context, dialect: .socks)
  }

  var standing: Standing { scene.standing }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    let side = scene.side(direction)
    while position < bytes.count {
      if let successor = scene.successor {
        return successor.receive(bytes, from: position, in: direction, at: sighting, report: report)
      }
      guard let sender = stage.sender else {
        scene.ledger.stray(bytes, position..<bytes.count, in: direction, at: sighting)
        return side.count(bytes.count - position)
      }
      if sender == direction {
        side.count(1)
        take(bytes[position], at: sighting)
        position += 1
        release(report)
      } else {
        let end = position + min(bytes.count - position, scene.limits.heldByteCount - side.held.byteCount)
        side.held.append(bytes[position..<end], at: sighting)
        position = end
        if side.held.byteCount == scene.limits.heldByteCount { fail(report) }
      }
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    if scene.successor == nil { fail(report) }
    scene.successor?.skip(byteCount, in: direction, at: sighting, report: report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    scene.successor?.halfClose(direction, report: report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if scene.successor == nil { fail(report) }
    scene.successor?.close(end, report: report)
    scene.ledger.close(seen: scene.seen)
    scene.flush(report)
  }

  // MARK: Reading

  private func take(_ byte: UInt8, at sighting: Sighting) {
    if pending == nil {
      let nothing = CommandExchange.Command(verb: [], arguments: [], byteCount: 0)
      pending = scene.ledger.begin(nothing, at: sighting, seen: scene.seen)
    }
    message.append(byte)
    pending?.end = sighting
    switch stage.sender {
    case .clientToServer: pending?.command.byteCount += 1
    case .serverToClient: pending?.replyByteCount += 1
    case nil: break
    }
    guard
      SOCKSMessage.isWhole(message, stage, isVersion4: isVersion4 || (stage == .methods && message[0] == 4))
    else { return }
    let whole = message
    message = []
    finish(whole, at: sighting)
  }

  private func finish(_ message: [UInt8], at sighting: Sighting) {
    switch stage {
    case .methods:
      isVersion4 = message[0] == 4
      if isVersion4 { receiveRequest(message) } else { stage = message[0] == 5 ? .method : .over }
    case .method: receiveMethod(message, at: sighting)
    case .name:
      addInterim(.client, "", SOCKSMessage.name(message), at: sighting)
      stage = .verdict
    case .verdict:
      addInterim(.server, "\(message[1])", message[1] == 0 ? "welcome" : "refused", at: sighting)
      stage = message[1] == 0 ? .request : .over
    case .request: receiveRequest(message)
    case .reply: receiveReply(message, at: sighting)
    case .over: break
    }
  }

  private func receiveMethod(_ message: [UInt8], at sighting: Sighting) {
    guard message[0] == 5 else {
      stage = .over
      return scene.refute()
    }
    switch message[1] {
    case 0: stage = .request
    case 2:
      addInterim(.server, "2", "name and password", at: sighting)
      stage = .name
    default:
      addInterim(
        .server, "\(message[1])", message[1] == 0xff ? "no method fits" : "another method", at: sighting)
      stage = .over
    }
  }

  private func receiveRequest(_ message: [UInt8]) {
    guard let request = SOCKSMessage.request(message, isVersion4: isVersion4) else {
      stage = .over
      return scene.refute()
    }
    command = message[1]
    pending?.command.verb = Array(request.verb.utf8)
    pending?.command.arguments = request.target
    pending?.isSent = true
    stage = .reply
  }

  private func receiveReply(_ message: [UInt8], at sighting: Sighting) {
    guard let pending, message[0] == (isVersion4 ? 0 : 5) else {
      stage = .over
      return scene.refute()
    }
    let code = message[1]
    let isGood = code == (isVersion4 ? 0x5a : 0)
    let reply = CommandExchange.Reply(
      status: Array("\(code)".utf8), isError: !isGood,
      text: Array(SOCKSMessage.meaning(of: code, isVersion4: isVersion4).utf8),
      byteCount: pending.replyByteCount)
    stage = .over
    scene.confirm()
    if isGood, command == 1 { scene.handOver() }
    scene.answer(pending, with: reply, at: sighting)
  }

  private func addInterim(_ sender: Party, _ status: String, _ text: String, at sighting: Sighting) {
    guard let pending else { return }
    scene.ledger.add(
      CommandExchange.Interim(sender: sender, status: Array(status.utf8), text: Array(text.utf8)),
      to: pending,
      at: sighting)
  }

  // MARK: What is held

  /// Takes what was held of the side that speaks next.
  private func release(_ report: (ConversationReport) -> Void) {
    scene.flush(report)
    for direction in Direction.allCases
    where !scene.side(direction).held.isEmpty && (stage.sender == direction || stage.sender == nil) {
      for run in scene.side(direction).held.takeAll() {
        receive(run.bytes, from: 0, in: direction, at: run.sighting, report: report)
      }
    }
  }

  private func fail(_ report: (ConversationReport) -> Void) {
    scene.refute()
    stage = .over
    release(report)
  }
}
