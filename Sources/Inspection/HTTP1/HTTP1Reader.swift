import SessionEvents

/// A message that is being read, or was.
struct HTTP1Message {
  let line: HTTP1StartLine
  let start: Sighting
  /// The stream offset of its first byte.
  let offset: UInt64
  /// Of the last byte that belonged to it.
  var last: Sighting
  var fields: [HTTPField] = []
  /// The value of its first Host field.
  var host: [UInt8]?
  var trailers: [HTTPField] = []
  var body = HTTPBody()
  /// What the body says, where a reader knows its kind.
  var content: BodyContent?
  var isComplete = false
  var hasGap = false
  var findings: FindingList
}

/// Reads the messages of one direction of an HTTP/1 connection (RFC 9112).
///
/// ```text
/// startLine → fields → (conversation sets framing) → body | untilClose | chunkSize ⇄ chunk → trailers → ended → startLine
///     ↘ searching (for the next start line) ↗            any framing error or gap → broken → searching
/// ```
///
/// The conversation pulls steps out of it, because what a response's body is depends on its request.
final class HTTP1Reader {
  enum Step {
    /// All bytes are used.
    case more
    /// A start line was read: `message` is set.
    case began
    /// The header section has ended: `begin(_:codings:audience:)` must follow.
    case head
    /// The message is over: `takeMessage()` must follow.
    case ended
    /// So many bytes were passed over unread.
    case passed(Int)
  }

  enum State {
    case startLine
    /// Looking for a plausible start line since this stream offset.
    case searching(since: UInt64)
    case fields
    case awaitingFraming
    case body(UInt64)
    case untilClose
    case chunkSize
    case chunk(UInt64)
    case chunkEnd(hasCarriageReturn: Bool)
    case trailers
    case ended(isComplete: Bool)
    /// Everything passes unread.
    case passing
  }

  let direction: Direction
  let limits: InspectionLimits
  let meter: BodyMeter
  var state: State = .startLine
  var lines: HTTP1Lines
  var section: HTTP1FieldSection
  var message: HTTP1Message?
  /// Where the search for a start line began, or goes on behind a gap.
  var searchStart: UInt64 = 0
  /// Set when a message ends whose framing was lost.
  var mustSearch = false
  /// Findings that wait for the next message.
  var loose: FindingList
  /// Bytes since the last message that belong to none.
  var strayed = OpaqueTally()
  /// The stream offset of the next byte.
  var offset: UInt64 = 0
  /// Bytes taken, without missing ones.
  var seen: UInt64 = 0
  /// Whether every byte so far was there, and could be read.
  var isWhole: Bool {
    switch state {
    case .searching, .passing: false
    case .startLine, .fields, .awaitingFraming, .body, .untilClose, .chunkSize, .chunk, .chunkEnd, .trailers,
      .ended:
      seen == offset && !mustSearch
    }
  }
  /// How much both sides had said when the newest body began.
  var seenAtHead = ByteCounts()

  init(_ environment: InspectionEnvironment, direction: Direction) {
    self.direction = direction
    limits = environment.limits
    meter = BodyMeter(environment, direction: direction)
    lines = HTTP1Lines(limit: limits.http1.lineByteCount)
    section = HTTP1FieldSection(limits: limits.http1, direction: direction)
    loose = FindingList(limit: limits.findingCount)
  }

  /// Reads on from `position` until something is to be told; `hear` gets what is said within a body.
  func advance(
    _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting, hear: (BodyReport) -> Void
  ) -> Step {
    while true {
      if case .ended = state { return .ended }
      guard position < bytes.count else { return .more }
      let before = position
      let step = read(bytes, &position, at: sighting, hear)
      count(position - before, at: sighting)
      if let step { return step }
    }
  }

  /// Says how the body of the message ends whose head was just read.
  func begin(_ framing: HTTP1Framing, codings: [[UInt8]], audience: BodyAudience? = nil) {
    meter.begin(codings: codings, at: offset, audience: audience)
    state =
      switch framing {
      case .none, .length(0): .ended(isComplete: true)
      case .length(let count): .body(count)
      case .chunked: .chunkSize
      case .untilClose: .untilClose
      }
  }

  /// Hands over the message that ended, and gets ready for the next.
  func takeMessage() -> HTTP1Message? {
    guard case .ended(let isComplete) = state else { return nil }
    let isWhole = isComplete && message?.hasGap != true
    message?.isComplete = isWhole
    let result = meter.finish(isComplete: isWhole)
    message?.body = result.body
    message?.content = result.content
    for finding in result.findings { message?.findings.append(finding) }
    lines.reset()
    if mustSearch { search() } else { state = .startLine }
    mustSearch = false
    defer { message = nil }
    return message
  }

  /// From now on everything passes unread.
  func pass() {
    lines.reset()
    state = .passing
  }

  /// Looks for the next start line from here on, also after `pass()`.
  func search() {
    search(since: offset)
  }

  func search(since start: UInt64) {
    state = .searching(since: start)
    searchStart = start
  }

  func note(_ problem: HTTP1Problem, at offset: UInt64, _ detail: @autoclosure () -> String) {
    if message != nil {
      message?.findings.append(problem.at(offset, detail(), in: direction))
    } else {
      loose.append(problem.at(offset, detail(), in: direction))
    }
  }

  private func count(_ byteCount: Int, at sighting: Sighting) {
    offset += UInt64(byteCount)
    seen += UInt64(byteCount)
  }

  private func read(
    _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting, _ hear: (BodyReport) -> Void
  ) -> Step? {
    switch state {
    case .startLine: return readStartLine(bytes, &position, at: sighting)
    case .searching(let since): return search(since: since, bytes, &position, at: sighting)
    case .fields: return readFields(bytes, &position, at: sighting)
    case .body(let rest):
      let taken = measure(bytes, &position, atMost: rest, at: sighting, hear)
      state = taken == rest ? .ended(isComplete: true) : .body(rest - taken)
    case .untilClose:
      _ = measure(bytes, &position, atMost: .max, at: sighting, hear)
    case .chunkSize: readChunkSize(bytes, &position, at: sighting)
    case .chunk(let rest):
      let taken = measure(bytes, &position, atMost: rest, at: sighting, hear)
      state = taken == rest ? .chunkEnd(hasCarriageReturn: false) : .chunk(rest - taken)
    case .chunkEnd(let hasCarriageReturn):
      readChunkEnd(hasCarriageReturn, bytes, &position, at: sighting)
    case .trailers: readTrailer(bytes, &position, at: sighting)
    case .passing:
      defer { position = bytes.count }
      return .passed(bytes.count - position)
    case .awaitingFraming:
      preconditionFailure("the conversation did not say how the body ends")
    case .ended:
      preconditionFailure("the conversation did not take the message")
    }
    return nil
  }

  private func measure(
    _ bytes: [UInt8], _ position: inout Int, atMost rest: UInt64, at sighting: Sighting,
    _ hear: (BodyReport) -> Void
  ) -> UInt64 {
    let count = Int(min(UInt64(bytes.count - position), rest))
    meter.update(bytes.span.extracting(position..<position + count), at: sighting, report: hear)
    message?.last = sighting
    position += count
    return UInt64(count)
  }
}
