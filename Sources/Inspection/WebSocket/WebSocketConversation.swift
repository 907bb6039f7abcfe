import SessionEvents

/// WebSocket after its handshake (RFC 6455): an exchange for each message and each control frame.
///
/// It begins at its own offset 0: behind an upgrade it stands in a `NestedConversation`. Behind a gap that goes
/// beyond a frame nothing shows where the next one begins, so the direction is not read any further.
final class WebSocketConversation: Conversation {
  private let context: SessionContext
  private let handshake: WebSocketHandshake
  private let start: Sighting
  private let client: WebSocketSide
  private let server: WebSocketSide
  /// Findings that wait for the next message.
  private var loose: FindingList
  /// Bytes that are not read as frames.
  private var rest = OpaqueTally()

  /// Begins behind the exchange that was the handshake: the header fields of its request, those of the response that
  /// agreed, and when it began.
  init(_ context: SessionContext, request: [HTTPField], response: [HTTPField], start: Sighting) {
    self.context = context
    self.start = start
    handshake = WebSocketHandshake(
      request: request, response: response, digests: context.environment.services.digests)
    client = WebSocketSide(.clientToServer, context.environment, deflate: handshake.deflate)
    server = WebSocketSide(.serverToClient, context.environment, deflate: handshake.deflate)
    loose = FindingList(limit: context.limits.findingCount)
    for note in handshake.findings { loose.append(note.problem.at(0, note.detail, in: note.direction)) }
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    let side = side(direction)
    while true {
      switch side.reader.advance(bytes, &position, at: sighting) {
      case .more: return
      case .began(let frame): begin(frame, side, at: sighting, report)
      case .payload(let frame, let range): side.takePayload(bytes, range, of: frame, at: sighting)
      case .ended(let frame): end(frame, side, report)
      case .failed(let problem, let detail): giveUp(side, problem, detail, at: sighting, report)
      case .passed(let count): rest.add(count, in: direction, at: sighting)
      }
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    guard byteCount > 0 else { return }
    let side = side(direction)
    let offset = side.reader.offset
    let missing = CommonProblem.gap.at(
      offset, "\(byteCount) bytes are missing from the capture", in: direction)
    switch side.reader.skip(byteCount) {
    case .unread: break
    case .within:
      side.current?.skip(byteCount)
      side.current?.note(missing)
      receive([], from: 0, in: direction, at: sighting, report: report)
    case .lost:
      if let current = side.current ?? side.message { current.note(missing) } else { loose.append(missing) }
      giveUp(side, .givenUp, "the frames cannot be told apart behind a gap", at: sighting, report)
    }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    cut(side(direction), report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    for direction in Direction.allCases { cut(side(direction), report) }
    if let draft = rest.draft(index: context.takeIndex(), findings: loose.all, seen: seen) {
      report(.exchange(draft))
    } else if !loose.isEmpty {
      let content = OpaqueExchange(
        client: OpaqueExchange.Look(byteCount: 0), server: OpaqueExchange.Look(byteCount: 0))
      report(
        .exchange(
          ExchangeDraft(
            index: context.takeIndex(), start: start, end: start, content: .opaque(content),
            findings: loose.all, seen: seen)))
    }
  }

  // MARK: Frames

  private func side(_ direction: Direction) -> WebSocketSide {
    switch direction {
    case .clientToServer: client
    case .serverToClient: server
    }
  }

  private var seen: ByteCounts { ByteCounts(client: client.reader.seen, server: server.reader.seen) }

  private func begin(
    _ frame: WebSocketFrame, _ side: WebSocketSide, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    if !frame.isControl, frame.opcode != 0, let unfinished = side.message {
      let detail = "\(frame.name) begins before the message that is under way has ended"
      unfinished.note(.messageInterleaved, at: frame.offset, detail)
      side.message = nil
      finish(unfinished, isWhole: false, report)
    }
    let pending: WebSocketPending
    if frame.opcode == 0, let message = side.message {
      message.fragmentCount += 1
      pending = message
    } else {
      pending = side.begin(frame, index: context.takeIndex(), session: context.session)
      pending.note(loose)
      loose = FindingList(limit: context.limits.findingCount)
      if frame.opcode == 0 {
        pending.note(.continuationUnexpected, at: frame.offset, "a continuation of no message")
      }
    }
    pending.end = sighting
    side.current = pending
    check(frame, side, pending)
  }

  private func end(
    _ frame: WebSocketFrame, _ side: WebSocketSide, _ report: (ConversationReport) -> Void
  ) {
    guard let pending = side.current else { return }
    side.current = nil
    if frame.isControl {
      if frame.opcode == 8 { side.hasClosed = true }
      finish(pending, isWhole: true, report)
    } else if frame.isFinal {
      side.message = nil
      finish(pending, isWhole: true, report)
    }
  }

  private func finish(
    _ pending: WebSocketPending, isWhole: Bool, _ report: (ConversationReport) -> Void
  ) {
    let message = pending.finish(isWhole: isWhole)
    report(
      .exchange(
        ExchangeDraft(
          index: pending.index, start: pending.start, end: pending.end, content: .webSocket(message),
          findings: pending.findings.all, seen: seen)))
  }

  /// What is wrong with a frame by its header alone.
  private func check(_ frame: WebSocketFrame, _ side: WebSocketSide, _ pending: WebSocketPending) {
    func note(_ problem: WebSocketProblem, _ detail: String) {
      pending.note(problem, at: frame.offset, detail)
    }
    if frame.reservedBits & ~side.meaningfulBits(of: frame) != 0, !handshake.hasUnknownExtension {
      let bits = (1...3).filter { frame.reservedBits & (8 >> UInt8($0)) != 0 }.map { "RSV\($0)" }
      note(.reservedBits, "\(frame.name) with \(bits.joined(separator: ", ")), which mean nothing there")
    }
    if frame.opcode & 7 > 2 {
      note(.opcodeReserved, "the opcode \(frame.name) is reserved")
    }
    switch (side.reader.direction, frame.key) {
    case (.clientToServer, nil): note(.maskMissing, "a frame of the client without a mask")
    case (.serverToClient, .some): note(.maskUnexpected, "a frame of the server with a mask")
    case (_, _): break
    }
    if frame.hasLongLength {
      note(.lengthNotMinimal, "the length \(frame.byteCount) is written in more bytes than it needs")
    }
    if frame.isControl {
      if frame.byteCount > WebSocketPending.mostControlBytes {
        note(.controlTooLong, "\(frame.name) of \(frame.byteCount) bytes, which may have 125")
      }
      if !frame.isFinal { note(.controlFragmented, "\(frame.name) must not be fragmented") }
    }
    if side.hasClosed { note(.behindClose, "\(frame.name) behind the close frame") }
  }

  // MARK: Ends

  /// Everything that this direction still says passes unread.
  private func giveUp(
    _ side: WebSocketSide, _ problem: WebSocketProblem, _ detail: String, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let direction = side.reader.direction
    let finding = problem.at(side.reader.frameOffset, detail, in: direction)
    (side.current ?? side.message)?.note(finding)
    loose.append(finding)
    // A frame whose header was read has its exchange.
    if side.current == nil {
      rest.add(side.reader.frameByteCount, in: direction, at: side.reader.frameStart ?? sighting)
    }
    side.reader.pass()
    cut(side, report)
  }

  /// Whatever is unfinished in this direction stays so.
  private func cut(_ side: WebSocketSide, _ report: (ConversationReport) -> Void) {
    for pending in side.takeUnfinished() { finish(pending, isWhole: false, report) }
  }
}
