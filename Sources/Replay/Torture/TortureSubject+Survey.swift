import CaptureFile
import Packets
import SessionEvents

extension TortureSubject {
  /// Finds the sessions whose streams are all there, and where in them each segment belongs.
  mutating func surveySessions() {
    var positions: [SessionID: [Int]] = [:]
    for (index, item) in items.enumerated() {
      if let session = item.session { positions[session, default: []].append(index) }
    }
    for (session, positions) in positions {
      guard let told = telling.sessions[session]?.story, let opening = told.opening, opening.transport == .tcp
      else { continue }
      var survey = SessionSurvey(opening: opening, story: told)
      guard survey.take(items, positions) else { continue }
      for (index, finding) in survey.findings {
        items[index].place = finding.place
        items[index].acknowledged = finding.acknowledged
        items[index].run = finding.run
      }
      for direction in Direction.allCases {
        streams[StreamID(session: session, direction: direction)] = survey.stream(direction)
      }
    }
  }
}

/// Goes through the items of one session, and finds out whether they may be mutated.
///
/// They may if every segment has bytes of its stream and nothing else, none is missing, and each side has one initial
/// sequence number. What may change places are segments with bytes, or a FIN, of the same direction, and what only
/// acknowledges, as long as nothing else of the session is between them: then the same bytes are there before whatever
/// the other side says next.
private struct SessionSurvey {
  struct Finding {
    var place: StreamPlace?
    var acknowledged: Int64?
    var run: Int
  }

  fileprivate struct Side {
    var bytes: [UInt8] = []
    var base: UInt32?
    var isBaseCertain = false
    /// The furthest place that was sent.
    var highest: Int64 = 0
    var end: Int64?
    var ends: (source: Endpoint, destination: Endpoint)?
    var packets: [UInt64] = []
    var freeFrom: Int64 = 0
    var hasContent = false

    func offset(_ sequence: UInt32) -> Int64? {
      guard let base else { return nil }
      return highest + Int64(Int32(bitPattern: sequence &- (base &+ UInt32(truncatingIfNeeded: highest))))
    }
  }

  /// Nothing in a whole session is further from what was sent before.
  private static let nearness: Int64 = 8 << 20

  private(set) var findings: [Int: Finding] = [:]
  private var client: Endpoint
  private var sides: [Direction: Side] = [:]
  private var run = 0
  private var runDirection: Direction?
  private let isComplete: Bool

  init(opening: SessionOpening, story: SessionStory) {
    client = opening.client
    for direction in Direction.allCases { sides[direction] = Side() }
    var isComplete = true
    for step in story.steps {
      switch step.kind {
      case .bytes(let direction, let bytes): sides[direction]?.bytes += bytes
      case .gap, .conflict, .bypassed, .datagram: isComplete = false
      case .opened, .clientHello, .secured, .halfClosed, .closed: break
      }
    }
    self.isComplete = isComplete
  }

  func stream(_ direction: Direction) -> WholeStream? {
    guard let side = sides[direction], let base = side.base, let ends = side.ends else { return nil }
    return WholeStream(
      bytes: side.bytes, base: base, hasFIN: side.end != nil, source: ends.source,
      destination: ends.destination, packets: side.packets, freeFrom: side.freeFrom)
  }

  mutating func take(_ items: [TortureItem], _ positions: [Int]) -> Bool {
    guard isComplete, let first = positions.first else { return false }
    run = -first - 1
    for position in positions {
      let item = items[position]
      switch item.content {
      case .segment(let header, let payload):
        guard take(header, payload, at: position, packet: item.packet) else { return false }
      case .line(let line):
        if case .opened(let opening, let shown) = line.content { client = shown?.client ?? opening.client }
        barrier(at: position)
      case .datagram: return false
      }
    }
    // What was sent is all told: nothing waited in vain.
    return sides.values.allSatisfy { !$0.hasContent || $0.highest == Int64($0.bytes.count) }
  }

  private mutating func take(
    _ header: SegmentHeader, _ payload: [UInt8], at position: Int, packet: UInt64
  ) -> Bool {
    let direction: Direction = header.source == client ? .clientToServer : .serverToClient
    guard header.missingByteCount == 0, var side = sides[direction] else { return false }
    side.ends = (header.source, header.destination)
    let isSYN = header.flags.contains(.syn)
    let first = isSYN ? header.sequence &+ 1 : header.sequence
    if isSYN {
      guard side.base == nil || side.base == first else { return false }
      side.isBaseCertain = true
    }
    let acknowledged = acknowledged(header, direction)
    if header.flags.contains(.rst) {
      barrier(at: position)
      return payload.isEmpty
    }
    let isFinal = header.flags.contains(.fin)
    if isSYN || !payload.isEmpty || isFinal { side.base = side.base ?? first }
    guard !payload.isEmpty || isFinal else {
      sides[direction] = side
      if isSYN { barrier(at: position) } else { join(nil, at: position) }
      findings[position]?.acknowledged = acknowledged
      return true
    }
    guard let offset = side.offset(first),
      let range = side.admits(payload, at: offset, isFinal: isFinal, within: Self.nearness)
    else { return false }
    // Without a SYN the first segment shows where the stream begins, and who the client is.
    let isFree = !isSYN && (side.isBaseCertain || side.hasContent)
    side.hasContent = true
    if isFree { side.packets.append(packet) } else { side.freeFrom = max(side.freeFrom, range.upperBound) }
    sides[direction] = side
    if isFree { join(direction, at: position) } else { barrier(at: position) }
    findings[position]?.acknowledged = acknowledged
    findings[position]?.place = StreamPlace(
      direction: direction, range: range, isFinal: isFinal, isFree: isFree)
    return true
  }

  private func acknowledged(_ header: SegmentHeader, _ direction: Direction) -> Int64? {
    guard header.flags.contains(.ack) else { return nil }
    return sides[direction.opposite]?.offset(header.acknowledgment)
  }

  /// Nothing of the session changes places with this.
  private mutating func barrier(at position: Int) {
    run = position
    findings[position] = Finding(run: run)
    run = -position - 1
    runDirection = nil
  }

  /// Goes on with the run, or begins another with the first content of the other direction.
  private mutating func join(_ direction: Direction?, at position: Int) {
    if let direction {
      if let runDirection, runDirection != direction { run = position }
      runDirection = direction
    }
    findings[position] = Finding(run: run)
  }
}

extension SessionSurvey.Side {
  /// Where the payload is in the stream; nil if it is not what the stream has there.
  fileprivate mutating func admits(
    _ payload: [UInt8], at offset: Int64, isFinal: Bool, within nearness: Int64
  ) -> Range<Int64>? {
    let end = offset + Int64(payload.count)
    guard offset >= 0, end <= Int64(bytes.count), abs(end - highest) <= nearness else { return nil }
    guard bytes[Int(offset)..<Int(end)].elementsEqual(payload) else { return nil }
    if isFinal {
      guard end == Int64(bytes.count) else { return nil }
      self.end = end
    }
    highest = max(highest, end)
    return offset..<end
  }
}
