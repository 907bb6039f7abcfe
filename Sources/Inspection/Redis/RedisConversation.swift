import SessionEvents

/// Redis in one session (RESP 2 and 3): commands and the replies to them, in order.
///
/// What is pushed stands alone: messages of subscriptions, invalidations, what MONITOR shows. A replica's stream is not
/// read any further.
final class RedisConversation: Conversation {
  let scene: CommandScene
  private var client: RESPReader
  private var server: RESPReader
  /// Channels that are subscribed to, so that messages may come.
  var isSubscribed = false
  /// What CLIENT REPLY said last (whether commands are answered), and whether it said so of the next alone.
  var answers = true
  var skipsNextAnswer = false

  /// In directions in whose midst the session begins, the first value is looked for.
  init(_ context: SessionContext, midst: [Direction] = []) {
    scene = CommandScene(context, dialect: .redis)
    client = RESPReader(.clientToServer, limits: context.limits.commands)
    server = RESPReader(.serverToClient, limits: context.limits.commands)
    for direction in midst { scene.side(direction).searchStart = 0 }
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
      if case .passing = side.mode {
        scene.ledger.stray(bytes, position..<bytes.count, in: direction, at: sighting)
        return side.count(bytes.count - position)
      }
      if side.searchStart != nil {
        search(bytes, &position, side, at: sighting)
      } else {
        let before = position
        let step = withReader(direction) { $0.advance(bytes, &position, offset: side.offset, at: sighting) }
        side.count(position - before)
        if let step { handle(step, bytes, side, at: sighting) }
      }
      scene.flush(report)
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    if let successor = scene.successor {
      return successor.skip(byteCount, in: direction, at: sighting, report: report)
    }
    guard byteCount > 0 else { return }
    let side = scene.side(direction)
    let detail = "\(byteCount) bytes are missing from the capture"
    scene.ledger.note(
      CommonProblem.gap.at(side.offset, detail, in: direction), in: scene.ledger.waiting.last)
    if direction == .serverToClient { scene.ledger.loseReplies() }
    if let rest = withReader(direction, { $0.bulkRest }), byteCount < rest {
      withReader(direction) { $0.skip(byteCount) }
      side.hasPayloadGap = true
      if side.isMeasuring { side.meter.skip(byteCount) }
      return side.countMissing(byteCount)
    }
    cut(side)
    side.countMissing(byteCount)
    side.searchStart = side.offset
    scene.flush(report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if let successor = scene.successor { return successor.halfClose(direction, report: report) }
    cut(scene.side(direction))
    scene.flush(report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if let successor = scene.successor {
      successor.close(end, report: report)
    } else {
      for direction in Direction.allCases { cut(scene.side(direction)) }
    }
    scene.ledger.close(seen: scene.seen)
    scene.flush(report)
  }

  // MARK: Steps

  private func withReader<Result>(_ direction: Direction, _ body: (inout RESPReader) -> Result) -> Result {
    switch direction {
    case .clientToServer: body(&client)
    case .serverToClient: body(&server)
    }
  }

  private func handle(_ step: RESPReader.Step, _ bytes: [UInt8], _ side: CommandSide, at sighting: Sighting) {
    switch (step, side.direction) {
    case (.payload(let range), _): measure(bytes, range, side, at: sighting)
    case (.value(let value), .clientToServer): receiveCommand(value)
    case (.value(let value), .serverToClient): receiveReply(value)
    case (.invalid(let start, let offset, let detail), _):
      scene.ledger.stray(side.offset - start, in: side.direction, at: sighting)
      refuse(detail, at: offset, side)
    }
  }

  /// What stands there is no value: the next that looks like one is looked for.
  private func refuse(_ detail: String, at offset: UInt64, _ side: CommandSide) {
    scene.refute()
    let problem: CommandProblem = side.direction == .clientToServer ? .commandInvalid : .replyInvalid
    scene.ledger.noteOnce(
      problem.at(offset, detail, in: side.direction), problem.rawValue, in: scene.ledger.firstUnanswered)
    _ = endMeasuring(side, isComplete: false)
    side.searchStart = side.offset
  }

  private func search(_ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting) {
    let before = position
    let line = side.lines.next(bytes, &position, offset: side.offset, at: sighting)
    guard let line, let start = side.searchStart else { return side.count(position - before) }
    let isClient = side.direction == .clientToServer
    let words = isClient ? LineWords.ofClient(line.text) : LineWords.ofServer(line.text, false)
    guard words.protocols.contains(.redis), line.ending == .whole, line.text.count == line.byteCount - 2
    else {
      scene.ledger.stray(line, in: side.direction)
      side.count(position - before)
      return scene.giveUp(side, searchedFrom: start)
    }
    // The reader takes the line itself, which may lie in an earlier piece.
    side.searchStart = nil
    side.count(position - before)
    var readPosition = 0
    let step = withReader(side.direction) {
      $0.advance(line.text + [0x0d, 0x0a], &readPosition, offset: line.offset, at: line.start)
    }
    if let step { handle(step, line.text, side, at: line.end) }
  }

  /// Nothing more of what has begun will come.
  private func cut(_ side: CommandSide) {
    if let line = side.lines.finish(offset: side.offset) { scene.ledger.stray(line, in: side.direction) }
    guard withReader(side.direction, { $0.isWithinValue }) else { return }
    withReader(side.direction) { $0.reset() }
    let finding = CommandProblem.cut.at(side.offset, "the value is cut here", in: side.direction)
    scene.ledger.note(finding, in: scene.ledger.firstUnanswered)
    _ = endMeasuring(side, isComplete: false)
  }

  // MARK: Long strings

  private func measure(_ bytes: [UInt8], _ range: Range<Int>, _ side: CommandSide, at sighting: Sighting) {
    if !side.isMeasuring {
      let index = side.direction == .clientToServer ? nextIndex : scene.ledger.firstUnanswered?.index
      guard let index else { return }
      scene.beginPayload(of: index, from: side, mode: .lines)
    }
    side.measure(bytes.span.extracting(range), at: sighting)
  }

  /// The index that the command will get of which a string comes now.
  private var nextIndex: Int { scene.context.exchangeCount }

  func endMeasuring(_ side: CommandSide, isComplete: Bool) -> HTTPBody? {
    scene.takePayload(from: side, isComplete: isComplete && !side.hasPayloadGap)
  }
}
