import SessionEvents

/// A session whose protocol consists of lines, in one dialect.
///
/// It reads what the dialect says that the bytes are; where only the server's reply tells what the client's next bytes
/// are, it holds these, at most `limits.commands.heldByteCount` of them.
final class LineConversation<Dialect: LineDialect>: Conversation {
  private var dialect: Dialect
  private let scene: CommandScene

  /// In directions in whose midst the session begins, the first line that fits is looked for.
  init(_ context: SessionContext, midst: [Direction] = []) {
    dialect = Dialect(context)
    scene = CommandScene(context, dialect: Dialect.dialect)
    for direction in midst { scene.side(direction).searchStart = 0 }
  }

  var standing: Standing { scene.standing }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    advance(bytes, from: start, in: direction, at: sighting, report)
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    if let successor = scene.successor {
      return successor.skip(byteCount, in: direction, at: sighting, report: report)
    }
    guard byteCount > 0 else { return }
    // The reply that would tell may be among the missing bytes, or what was held is not whole.
    resume(report)
    if let successor = scene.successor {
      return successor.skip(byteCount, in: direction, at: sighting, report: report)
    }
    lose(byteCount, scene.side(direction), at: sighting)
    scene.flush(report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if scene.successor == nil {
      resume(report)
      finish(scene.side(direction), report)
    }
    scene.successor?.halfClose(direction, report: report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if scene.successor == nil { resume(report) }
    if scene.successor == nil {
      for direction in Direction.allCases { finish(scene.side(direction), report) }
    }
    scene.successor?.close(end, report: report)
    scene.ledger.close(seen: scene.seen)
    scene.flush(report)
  }

  // MARK: Reading

  private func advance(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let side = scene.side(direction)
    var position = start
    while position < bytes.count {
      if let successor = scene.successor {
        successor.receive(bytes, from: position, in: direction, at: sighting, report: report)
        return
      }
      step(bytes, &position, side, at: sighting, report)
      scene.flush(report)
      release(report)
    }
  }

  private func step(
    _ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    switch side.mode {
    case .lines: readLine(bytes, &position, side, at: sighting)
    case .counted(let rest): measure(bytes, &position, rest, side, at: sighting)
    case .dots: readDots(bytes, &position, side, at: sighting)
    case .held:
      let end = position + min(bytes.count - position, scene.limits.heldByteCount - side.held.byteCount)
      side.held.append(bytes[position..<end], at: sighting)
      position = end
      if side.held.byteCount >= scene.limits.heldByteCount { resume(report) }
    case .passing:
      scene.ledger.stray(bytes, position..<bytes.count, in: side.direction, at: sighting)
      side.count(bytes.count - position)
      position = bytes.count
    }
  }

  private func readLine(_ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting) {
    let before = position
    let line = side.lines.next(bytes, &position, offset: side.offset, at: sighting)
    side.count(position - before)
    if let line { receive(line, side) }
  }

  private func receive(_ line: CommandLine, _ side: CommandSide) {
    if let start = side.searchStart {
      guard dialect.fits(line, from: side.direction) else {
        scene.ledger.stray(line, in: side.direction)
        return scene.giveUp(side, searchedFrom: start)
      }
      side.searchStart = nil
    }
    if side.direction == .serverToClient {
      scene.ledger.dropUnanswerable(at: line.offset, seen: scene.seen)
    }
    dialect.receive(line, from: side.direction, in: scene)
  }

  private func measure(
    _ bytes: [UInt8], _ position: inout Int, _ rest: UInt64, _ side: CommandSide, at sighting: Sighting
  ) {
    let count = Int(min(UInt64(bytes.count - position), rest))
    side.measure(bytes.span.extracting(position..<position + count), at: sighting)
    position += count
    side.count(count)
    side.mode = .counted(rest - UInt64(count))
    if UInt64(count) == rest { endPayload(side, at: sighting) }
  }

  private func readDots(_ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting) {
    let before = position
    let hasEnded = side.dots.read(bytes, &position, offset: side.offset) { text in
      side.measure(text, at: sighting)
      side.collect(text)
    }
    side.count(position - before)
    if hasEnded { endPayload(side, at: sighting) }
  }

  private func endPayload(_ side: CommandSide, at sighting: Sighting) {
    side.mode = .lines
    dialect.endPayload(from: side.direction, at: sighting, in: scene)
  }

  // MARK: What was held

  /// Takes what was held, once it is known what it is.
  private func release(_ report: (ConversationReport) -> Void) {
    let client = scene.client
    guard !client.held.isEmpty else { return }
    if case .held = client.mode, scene.successor == nil { return }
    for run in client.held.takeAll() {
      advance(run.bytes, from: 0, in: .clientToServer, at: run.sighting, report)
    }
  }

  private func resume(_ report: (ConversationReport) -> Void) {
    while case .held = scene.client.mode, scene.successor == nil {
      dialect.resume(in: scene)
      scene.flush(report)
      release(report)
    }
  }

  // MARK: What is missing

  private func lose(_ byteCount: UInt64, _ side: CommandSide, at sighting: Sighting) {
    let detail = "\(byteCount) bytes are missing from the capture"
    scene.ledger.note(
      CommonProblem.gap.at(side.offset, detail, in: side.direction), in: scene.ledger.waiting.last)
    if side.direction == .serverToClient { scene.ledger.loseReplies() }
    if loseOfPayload(byteCount, side) {
      side.countMissing(byteCount)
      if case .counted(0) = side.mode { endPayload(side, at: sighting) }
      return
    }
    if let line = side.lines.finish(offset: side.offset) { scene.ledger.stray(line, in: side.direction) }
    side.countMissing(byteCount)
    if case .passing = side.mode { return }
    side.mode = .lines
    side.searchStart = side.offset
    dialect.lose(side.direction, in: scene)
  }

  /// Takes missing bytes for ones of the payload, where they may be.
  private func loseOfPayload(_ byteCount: UInt64, _ side: CommandSide) -> Bool {
    switch side.mode {
    case .counted(let rest) where byteCount <= rest: side.mode = .counted(rest - byteCount)
    case .dots: side.dots.lose()
    case .counted, .lines, .held, .passing: return false
    }
    side.hasPayloadGap = true
    if side.isMeasuring { side.meter.skip(byteCount) }
    return true
  }

  // MARK: Ends

  /// This side said its last.
  private func finish(_ side: CommandSide, _ report: (ConversationReport) -> Void) {
    if let line = side.lines.finish(offset: side.offset) {
      if side.searchStart == nil {
        dialect.receive(line, from: side.direction, in: scene)
      } else {
        scene.ledger.stray(line, in: side.direction)
      }
    }
    if case .lines = side.mode {
    } else {
      side.mode = .passing
      dialect.lose(side.direction, in: scene)
    }
    scene.flush(report)
  }
}
