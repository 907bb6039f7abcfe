import SessionEvents

/// PostgreSQL in one session (protocol 3): what a client asks, up to the server's ReadyForQuery.
///
/// A simple query is one exchange, and so is a series of extended messages up to its Sync, and a login. Behind an
/// SSLRequest the client's bytes are held until the server says whether it agrees.
final class PostgreSQLConversation: Conversation {
  let scene: CommandScene
  var client: PostgreSQLReader
  var server: PostgreSQLReader
  /// The series of extended messages that no Sync has ended.
  var series: PendingCommand?
  /// What the server has said of the exchange that it answers now.
  var result = PostgreSQLResult()
  /// How the server wants the client to identify itself.
  var authentication = PostgreSQLAuthentication.ok
  /// Whether messages of the server were not understood, or are missing, since the last ReadyForQuery.
  var hasLostResult = false
  private var clientSearch = PostgreSQLSearch()
  private var serverSearch = PostgreSQLSearch()
  /// The SQL of named statements, by name.
  var statements: [[UInt8]: [UInt8]] = [:]
  /// Whether messages were understood, by direction.
  var understood: Set<Direction> = []

  init(_ context: SessionContext) {
    scene = CommandScene(context, dialect: .postgresql)
    client = PostgreSQLReader(.clientToServer, limits: context.limits.commands)
    server = PostgreSQLReader(.serverToClient, limits: context.limits.commands)
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
      switch side.mode {
      case .passing:
        scene.ledger.stray(bytes, position..<bytes.count, in: direction, at: sighting)
        return side.count(bytes.count - position)
      case .held:
        hold(bytes, &position, side, at: sighting, report)
      case .lines, .counted, .dots:
        read(bytes, &position, side, at: sighting)
      }
      scene.flush(report)
      release(report)
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    if scene.successor == nil, byteCount > 0 {
      resume(report)
      if scene.successor == nil { lose(byteCount, scene.side(direction)) }
      scene.flush(report)
    }
    scene.successor?.skip(byteCount, in: direction, at: sighting, report: report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if scene.successor == nil {
      resume(report)
      cut(scene.side(direction))
      scene.flush(report)
    }
    scene.successor?.halfClose(direction, report: report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if scene.successor == nil { resume(report) }
    if let successor = scene.successor {
      successor.close(end, report: report)
    } else {
      for direction in Direction.allCases { cut(scene.side(direction)) }
    }
    scene.ledger.close(seen: scene.seen)
    scene.flush(report)
  }

  // MARK: Reading

  private func withReader<Result>(
    _ direction: Direction, _ body: (inout PostgreSQLReader) -> Result
  ) -> Result {
    switch direction {
    case .clientToServer: body(&client)
    case .serverToClient: body(&server)
    }
  }

  private func read(_ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting) {
    if side.searchStart != nil { return look(bytes, &position, side, at: sighting) }
    let before = position
    let step = withReader(side.direction) {
      $0.advance(bytes, &position, offset: side.offset, at: sighting)
    }
    side.count(position - before)
    if let step { handle(step, bytes, side, at: sighting) }
  }

  private func handle(
    _ step: PostgreSQLReader.Step, _ bytes: [UInt8], _ side: CommandSide, at sighting: Sighting
  ) {
    switch (step, side.direction) {
    case (.message(let message), .clientToServer): receiveOfClient(message)
    case (.message(let message), .serverToClient):
      scene.ledger.dropUnanswerable(at: message.offset, seen: scene.seen)
      receiveOfServer(message)
    case (.copied(let range, let headerByteCount), _):
      measure(bytes, range, headerByteCount, side, at: sighting)
    case (.answer(let byte), _): receiveAnswer(byte, at: sighting)
    case (.invalid(let offset, let detail), _): refuse(detail, at: offset, side, seenAt: sighting)
    }
  }

  private func refuse(_ detail: String, at offset: UInt64, _ side: CommandSide, seenAt sighting: Sighting) {
    scene.refute()
    scene.ledger.stray(side.offset - offset, in: side.direction, at: sighting)
    let problem = PostgreSQLProblem.messageInvalid
    scene.ledger.noteOnce(
      problem.at(offset, detail, in: side.direction), problem.rawValue, in: scene.ledger.firstUnanswered)
    beginSearch(side)
  }

  // MARK: Searching

  private func beginSearch(_ side: CommandSide) {
    side.searchStart = side.offset
    withSearch(side.direction) { $0 = PostgreSQLSearch() }
    if side.direction == .serverToClient { hasLostResult = true }
  }

  private func withSearch<Result>(
    _ direction: Direction, _ body: (inout PostgreSQLSearch) -> Result
  ) -> Result {
    switch direction {
    case .clientToServer: body(&clientSearch)
    case .serverToClient: body(&serverSearch)
    }
  }

  /// What was looked at in vain belongs to nothing.
  private func endSearch(_ side: CommandSide) {
    guard side.searchStart != nil, let last = withSearch(side.direction, { $0.last }) else { return }
    let bytes = withSearch(side.direction) { $0.takeWindow() }
    scene.ledger.stray(bytes, 0..<bytes.count, in: side.direction, at: last)
  }

  /// Looks for bytes that can hardly be anything but the beginning of a message.
  private func look(_ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting) {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      side.count(1)
      let (found, dropped) = withSearch(side.direction) { $0.receive(byte, side.direction, at: sighting) }
      if let dropped { scene.ledger.stray([dropped], 0..<1, in: side.direction, at: sighting) }
      guard let found else {
        if let start = side.searchStart { scene.giveUp(side, searchedFrom: start) }
        if case .passing = side.mode { return }
        continue
      }
      side.searchStart = nil
      var readPosition = 0
      let step = withReader(side.direction) {
        $0.expectation = .message
        return $0.advance(found, &readPosition, offset: side.offset - UInt64(found.count), at: sighting)
      }
      if let step { handle(step, found, side, at: sighting) }
      return
    }
  }

  private func lose(_ byteCount: UInt64, _ side: CommandSide) {
    let detail = "\(byteCount) bytes are missing from the capture"
    scene.ledger.note(
      CommonProblem.gap.at(side.offset, detail, in: side.direction), in: scene.ledger.waiting.last)
    if let rest = withReader(side.direction, { $0.bodyRest }), byteCount < rest {
      withReader(side.direction) { $0.skip(byteCount) }
      side.hasPayloadGap = true
      if side.isMeasuring { side.meter.skip(byteCount) }
      return side.countMissing(byteCount)
    }
    if side.direction == .serverToClient {
      scene.ledger.loseReplies()
      result = PostgreSQLResult()
    }
    withReader(side.direction) { $0.reset() }
    if side.isMeasuring { side.meter.skip(byteCount) }
    side.hasPayloadGap = true
    endSearch(side)
    side.countMissing(byteCount)
    beginSearch(side)
  }

  /// Nothing more will come of a direction.
  private func cut(_ side: CommandSide) {
    if withReader(side.direction, { $0.isWithinMessage }) {
      withReader(side.direction) { $0.reset() }
      let finding = CommandProblem.cut.at(side.offset, "the message is cut here", in: side.direction)
      scene.ledger.note(finding, in: scene.ledger.firstUnanswered)
    }
    endSearch(side)
    switch side.direction {
    case .clientToServer: endSeries(at: nil)
    case .serverToClient: finishResult(isCut: true)
    }
  }

  // MARK: What is held

  private func hold(
    _ bytes: [UInt8], _ position: inout Int, _ side: CommandSide, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let end = position + min(bytes.count - position, scene.limits.heldByteCount - side.held.byteCount)
    side.held.append(bytes[position..<end], at: sighting)
    position = end
    if side.held.byteCount >= scene.limits.heldByteCount { resume(report) }
  }

  private func release(_ report: (ConversationReport) -> Void) {
    guard !scene.client.held.isEmpty else { return }
    if case .held = scene.client.mode, scene.successor == nil { return }
    for run in scene.client.held.takeAll() {
      receive(run.bytes, from: 0, in: .clientToServer, at: run.sighting, report: report)
    }
  }

  /// The server's answer to a request for TLS will not come.
  private func resume(_ report: (ConversationReport) -> Void) {
    while case .held = scene.client.mode, scene.successor == nil {
      scene.client.mode = .lines
      if scene.isTLSHeld { scene.handOver() }
      server.expectation = .message
      release(report)
    }
  }

  // MARK: What COPY sends

  private func measure(
    _ bytes: [UInt8], _ range: Range<Int>, _ headerByteCount: Int, _ side: CommandSide, at sighting: Sighting
  ) {
    guard let pending = scene.ledger.firstUnanswered else {
      return scene.ledger.stray(bytes, range, in: side.direction, at: sighting)
    }
    if !side.isMeasuring { scene.beginPayload(of: pending.index, from: side, mode: side.mode) }
    side.measure(bytes.span.extracting(range), at: sighting)
    pending.end = sighting
    let count = UInt64(range.count + headerByteCount)
    switch side.direction {
    case .clientToServer: pending.command.byteCount += count
    case .serverToClient: result.count(count, at: sighting)
    }
  }
}
