import SessionEvents

/// One direction of an HTTP/2 stream: a message that is being read, or was.
struct HTTP2Message {
  private(set) var head: HTTP2Fields?
  /// Whether it has a head that the capture lacks, or that cannot be decoded.
  private(set) var lacksHead = false
  private var trailers: [HTTPField] = []
  private var meter: BodyMeter?
  private var codings: [[UInt8]] = []
  private var declaredByteCount: UInt64?
  private var hasGap = false
  private(set) var body = HTTPBody(decodedByteCount: 0)
  /// What the body says, where a reader knows its kind.
  private(set) var content: BodyContent?
  /// Whether nothing more of it will come.
  private(set) var isOver = false
  /// Whether it came to its own end, nothing of it missing.
  private(set) var isComplete = false
  /// Flow-controlled bytes that were sent.
  var sentByteCount: UInt64 = 0
  var hasOverrun = false
  /// What the header sections cost to keep.
  private(set) var keptByteCount = 0

  /// How much both sides had said when the head came.
  private(set) var seenAtHead = ByteCounts()

  mutating func begin(_ head: HTTP2Fields, seen: ByteCounts) {
    seenAtHead = seen
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

  var hasBegun: Bool { head != nil || lacksHead }

  /// Whether a body has begun.
  var hasBody: Bool { meter != nil || body.byteCount > 0 }

  /// Whether a header section that comes now is the trailers.
  var isBehindHead: Bool { head != nil || (lacksHead && hasBody) }

  /// Its head is missing.
  mutating func beginWithoutHead() {
    lacksHead = true
    hasGap = true
  }

  /// Takes the next bytes of the body; `report` gets what is said within it.
  mutating func measure(
    _ bytes: Span<UInt8>, at sighting: Sighting, _ place: Place, report: (BodyReport) -> Void
  ) {
    begunMeter(place).update(bytes, at: sighting, report: report)
  }

  mutating func skip(_ byteCount: Int, _ place: Place) {
    begunMeter(place).skip(UInt64(byteCount))
    hasGap = true
  }

  /// A part of the direction is missing that may have been its.
  mutating func lose() {
    hasGap = true
    meter?.lose()
  }

  /// Where a part of a body is.
  struct Place {
    var index: Int
    var direction: Direction
    /// Of the frame that holds it.
    var offset: UInt64
    let context: SessionContext
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
      content = result.content
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

  private mutating func begunMeter(_ place: Place) -> BodyMeter {
    if let meter { return meter }
    let environment = place.context.environment
    let meter = BodyMeter(environment, direction: place.direction)
    let head = BodyHead(
      session: place.context.session, index: place.index, direction: place.direction,
      fields: head?.fields ?? [])
    meter.begin(codings: codings, at: place.offset, audience: BodyAudience(head, environment: environment))
    self.meter = meter
    return meter
  }
}
