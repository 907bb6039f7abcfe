import SessionEvents

/// Reads one kind of content while a body of it passes: a form, an event stream, a DNS message.
///
/// It gets the decoded bytes in order, and never the body whole. To add a kind: write a reader, give it a case in
/// `BodyKind`, and let `BodyKind.makeReader` make it; what it found goes into the body itself, or into a case of
/// `BodyContent`, which the conversation puts into its exchange.
protocol BodyReader: AnyObject {
  /// Takes the next decoded bytes; reports what is an exchange of its own at the byte that ends it.
  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void)
  /// Nothing more comes; says what the body as a whole was, and what is wrong with it.
  func finish(_ end: BodyEnd, into result: inout BodyResult)
}

/// Something said within a body that is an exchange of its own; told before the exchange that carries it.
struct BodyReport {
  var content: Exchange.Content
  /// When its first and its last byte were seen.
  var start: Sighting
  var end: Sighting
  var findings: [Finding] = []

  /// The exchange that it makes.
  ///
  /// `seen` is how much had been read where the body began: how much it was at the very byte that ended this cannot
  /// be told of a body with a content coding.
  func draft(index: Int, seen: ByteCounts) -> ExchangeDraft {
    ExchangeDraft(index: index, start: start, end: end, content: content, findings: findings, seen: seen)
  }
}

/// What a body came to.
struct BodyResult {
  var body = HTTPBody()
  /// What is wrong with it.
  var findings: [Finding] = []
  /// What it says, where a reader knows its kind.
  var content: BodyContent?

  /// The stream offset where it began.
  let start: UInt64
  private let direction: Direction

  /// Begins for a body at a stream offset, where its findings are put.
  init(at start: UInt64, in direction: Direction) {
    self.start = start
    self.direction = direction
  }

  mutating func note(_ code: some FindingCode, _ detail: String) {
    findings.append(code.at(start, detail, in: direction))
  }
}

/// What a whole body says besides its form.
enum BodyContent {
  case dns(DNSMessage, findings: [Finding])
  case grpc(GRPCBody)
}
