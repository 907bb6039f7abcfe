import SessionEvents

/// One direction of an HTTP/2 stream: a message that is being read, or was.
struct HTTP2Message {
  var head: HTTP2Fields?
  private var trailers: [HTTPField] = []
  private var meter: BodyMeter?
  private var codings: [[UInt8]] = []
  private var declaredByteCount: UInt64?
  private var hasGap = false
  private(set) var body = HTTPBody(decodedByteCount: 0)
  /// Whether nothing more of it will come.
  private(set) var isOver = false
  /// Whether it came to its own end, nothing of it missing.
  private(set) var isComplete = false
  /// Flow-controlled bytes that were sent.
  var sentByteCount: UInt64 = 0
  var hasOverrun = false
  /// What the header sections cost to keep.
  private(set) var keptByteCount = 0

  mutating func begin(_ head: HTTP2Fields) {
    let framing = HTTP1FramingFields(head.fields)
    codings = framing.contentCodings
    // Length is only compared here, so what HTTP/1 says about it is not told.
    let line = HTTP1StartLine.status(version: "2", code: 200, reason: [])
    if !framing.contentLengths.isEmpty, case .length(let count) = framing.framing(of: line, note: { _, _ in })
    {
      declaredByteCount = count
    }
    keptByteCount += head.byteCount
    self.head = head
  }

  mutating func keepTrailers(_ section: HTTP2Fields) {
    trailers = section.fields
    keptByteCount += section.byteCount
  }

  var trailerFields: [HTTPField] { trailers }

  mutating func measure(
    _ bytes: Span<UInt8>, at offset: UInt64, _ sighting: Sighting, in direction: Direction,
    _ environment: InspectionEnvironment
  ) {
    begunMeter(at: offset, in: direction, environment).update(bytes, at: sighting) { _ in }
  }

  mutating func skip(
    _ byteCount: Int, at offset: UInt64, in direction: Direction, _ environment: InspectionEnvironment
  ) {
    begunMeter(at: offset, in: direction, environment).skip(UInt64(byteCount))
    hasGap = true
  }

  /// Ends the message, and returns what is wrong with its body; `isWhole` where its sender said that it is over.
  mutating func end(
    isWhole: Bool, mayLackBody: Bool, at offset: UInt64, in direction: Direction
  ) -> [Finding] {
    guard !isOver else { return [] }
    isOver = true
    isComplete = isWhole && !hasGap
    var findings: [Finding] = []
    if let meter {
      let result = meter.finish(isComplete: isComplete)
      body = result.body
      findings = result.findings
    }
    meter = nil
    if isComplete, let declared = declaredByteCount, declared != body.byteCount,
      !(mayLackBody && body.byteCount == 0)
    {
      let detail = "content-length says \(declared), and the body has \(body.byteCount) bytes"
      findings.append(HTTP2Problem.contentLengthMismatch.at(offset, detail, in: direction))
    }
    return findings
  }

  private mutating func begunMeter(
    at offset: UInt64, in direction: Direction, _ environment: InspectionEnvironment
  ) -> BodyMeter {
    if let meter { return meter }
    let meter = BodyMeter(environment, direction: direction)
    meter.begin(codings: codings, at: offset)
    self.meter = meter
    return meter
  }
}
