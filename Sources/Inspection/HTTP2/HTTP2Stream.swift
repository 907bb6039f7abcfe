import SessionEvents

/// An HTTP/2 stream that is open: the exchange in it, as far as it came (RFC 9113 §5.1, §8.1).
final class HTTP2Stream {
  let id: UInt32
  let index: Int
  let start: Sighting
  private var end: Sighting
  private var requestEnd: Timestamp?
  private var responseStart: Timestamp?
  private let context: SessionContext
  /// What to tell where no request comes and none can be missing.
  var unasked: Finding?
  /// Whether fields are left out that the capture does not explain.
  private var lacksFields = false
  /// What passes through a CONNECT, where it is read.
  var tunnel: HTTP2Tunnel?
  /// The request and the response.
  private var messages = [HTTP2Message(), HTTP2Message()]
  private var interim: [HTTPResponse] = []
  private var findings: FindingList
  /// Where the request began, and the response ended.
  private let requestOffset: UInt64
  private var responseEnd: UInt64 = 0
  /// Flow-control credit that each sender got beyond the initial window.
  private var credit = ByteCounts()

  /// Begins with the exchange that has the next index.
  init(_ id: UInt32, at offset: UInt64, start: Sighting, context: SessionContext) {
    self.id = id
    requestOffset = offset
    self.start = start
    self.context = context
    index = context.takeIndex()
    end = start
    findings = FindingList(limit: context.limits.findingCount)
  }

  private var request: HTTP2Message { messages[0] }
  private var response: HTTP2Message { messages[1] }

  /// Whether nothing more will come in either direction.
  var isOver: Bool { request.isOver && response.isOver }

  var keptByteCount: Int { request.keptByteCount + response.keptByteCount + interimByteCount }
  private var interimByteCount = 0

  func isOver(_ direction: Direction) -> Bool { messages[place(direction)].isOver }

  /// The message in this direction, as far as it came.
  func message(_ direction: Direction) -> HTTP2Message { messages[place(direction)] }

  /// Whether it is a CONNECT to which the server agreed: the rest of both bodies is another protocol (RFC 9113 §8.5).
  var isTunnel: Bool {
    guard request.head?.method == HTTP2Stream.connect, let code = response.head?.statusCode else {
      return false
    }
    return (200..<300).contains(code)
  }

  private func place(_ direction: Direction) -> Int {
    switch direction {
    case .clientToServer: 0
    case .serverToClient: 1
    }
  }

  func touch(_ sighting: Sighting, in direction: Direction) {
    if end.time < sighting.time { end = sighting }
    switch direction {
    case .clientToServer: if !request.isOver { requestEnd = sighting.time }
    case .serverToClient: responseStart = responseStart ?? sighting.time
    }
  }

  func note(_ problem: HTTP2Problem, at offset: UInt64, in direction: Direction, _ detail: String) {
    findings.append(problem.at(offset, detail, in: direction))
  }

  func note(_ finding: Finding) {
    findings.append(finding)
  }

  /// A reader for what passes through a CONNECT.
  func makeTunnel() -> HTTP2Tunnel {
    guard context.mayNest() else { return HTTP2Tunnel(OpaqueConversation(context)) }
    guard let head = request.head, head.isExtendedConnect else {
      return HTTP2Tunnel(ProtocolChoice(context, isNested: true))
    }
    guard head.connectProtocol == HTTP2Stream.webSocket else {
      return HTTP2Tunnel(OpaqueConversation(context))
    }
    return HTTP2Tunnel(
      WebSocketConversation(
        context, request: head.fields, response: response.head?.fields ?? [], start: start))
  }

  // MARK: What is said

  /// Takes a header section that is no trailer section, up to which so much had been seen.
  func receiveHead(_ head: HTTP2Fields, endsStream: Bool, in direction: Direction, seen: ByteCounts) {
    findings.append(head.findings)
    if head.lacksFields { lacksFields = true }
    if direction == .serverToClient, !endsStream, let code = head.statusCode, (100..<200).contains(code) {
      keepInterim(head, code)
    } else {
      messages[place(direction)].begin(head, seen: seen)
    }
  }

  func receiveTrailers(_ trailers: HTTP2Fields, in direction: Direction) {
    findings.append(trailers.findings)
    if trailers.lacksFields { lacksFields = true }
    messages[place(direction)].keepTrailers(trailers)
  }

  /// The head of the message in this direction cannot be decoded.
  func loseHead(_ direction: Direction) {
    messages[place(direction)].beginWithoutHead()
  }

  /// The body of a message comes, and the capture lacks the head.
  func beginWithoutHead(_ direction: Direction, at offset: UInt64) {
    let sender = direction.sender.rawValue
    note(.headMissing, at: offset, in: direction, "the capture lacks the HEADERS of the \(sender)'s message")
    messages[place(direction)].beginWithoutHead()
  }

  /// Takes the next bytes of a body; `report` gets what is said within it.
  func receiveData(
    _ bytes: Span<UInt8>, at sighting: Sighting, of frame: UInt64, in direction: Direction,
    report: (BodyReport) -> Void
  ) {
    messages[place(direction)].measure(bytes, at: sighting, bodyPlace(direction, frame), report: report)
  }

  func skipData(_ byteCount: Int, of frame: UInt64, in direction: Direction) {
    messages[place(direction)].skip(byteCount, bodyPlace(direction, frame))
  }

  /// A part of this direction is missing that may have been this stream's.
  func lose(_ direction: Direction) {
    messages[place(direction)].lose()
  }

  private func bodyPlace(_ direction: Direction, _ frame: UInt64) -> HTTP2Message.Place {
    HTTP2Message.Place(index: index, direction: direction, offset: frame, context: context)
  }

  /// Nothing more comes in this direction; `isWhole` where its sender said so.
  func endMessage(_ direction: Direction, isWhole: Bool, at offset: UInt64) {
    let mayLackBody =
      direction == .serverToClient
      && (request.head?.method == HTTP2Stream.head || request.head == nil || response.head?.statusCode == 304)
    let found = messages[place(direction)].end(
      isWhole: isWhole, mayLackBody: mayLackBody, at: offset, in: direction)
    for finding in found { findings.append(finding) }
    if direction == .serverToClient { responseEnd = offset }
  }

  private func keepInterim(_ head: HTTP2Fields, _ code: Int) {
    let limit = context.limits.http2.interimCount
    if interim.count < limit {
      interim.append(
        HTTPResponse(
          status: code, version: "2", reason: [], headers: head.fields, body: HTTPBody(decodedByteCount: 0)))
      interimByteCount += head.byteCount
    } else if !findings.contains(HTTP2Problem.tooManyInterim.rawValue) {
      note(.tooManyInterim, at: 0, in: .serverToClient, "interim responses beyond \(limit) are left out")
    }
  }

  private static let head = Array("HEAD".utf8)
  private static let connect = Array("CONNECT".utf8)
  private static let webSocket = Array("websocket".utf8)

  // MARK: Flow control

  func addCredit(_ increment: UInt32, to sender: Direction) {
    credit[sender] &+= UInt64(increment)
  }

  func credit(of sender: Direction) -> UInt64 { credit[sender] }

  /// Counts flow-controlled bytes; true where they are the first beyond what the receiver allows.
  func overruns(_ byteCount: Int, initialWindow: UInt64?, in direction: Direction) -> Bool {
    messages[place(direction)].sentByteCount += UInt64(byteCount)
    guard let initialWindow, !messages[place(direction)].hasOverrun,
      messages[place(direction)].sentByteCount > initialWindow + credit[direction]
    else { return false }
    messages[place(direction)].hasOverrun = true
    return true
  }

  // MARK: Reporting

  /// The exchange, and before it the DNS exchange that it carries, if it does.
  func drafts(seen: ByteCounts) -> [ExchangeDraft] {
    var exchange = HTTPExchange(request: madeRequest, interim: interim, response: madeResponse)
    exchange.requestEnd = request.isOver ? requestEnd : nil
    exchange.responseStart = exchange.response == nil ? nil : responseStart
    var drafts: [ExchangeDraft] = []
    if let dns = DNSOverHTTP(
      exchange, asked: request.content, answered: response.content, at: requestOffset, limits: context.limits)
    {
      drafts.append(
        ExchangeDraft(
          index: context.takeIndex(), start: start, end: end, content: .dns(dns.exchange),
          findings: dns.findings, seen: seen))
    }
    if let grpc = GRPCOverHTTP(
      exchange, asked: request.content, answered: response.content, at: responseEnd, lacksFields: lacksFields)
    {
      exchange.grpc = grpc.call
      for finding in grpc.findings { findings.append(finding) }
    }
    drafts.append(
      ExchangeDraft(
        index: index, start: start, end: end, content: .http2(exchange, stream: id), findings: findings.all,
        seen: seen))
    return drafts
  }

  private var madeRequest: HTTPRequest? {
    guard request.head != nil || request.lacksHead else { return nil }
    let head = request.head
    let method = head?.method ?? []
    let authority = head?.authority ?? head.flatMap { HTTP1FramingFields($0.fields).hosts.first }
    let target = head?.path ?? (method == HTTP2Stream.connect ? authority : nil) ?? []
    let scheme = head?.scheme.map { String(decoding: $0, as: UTF8.self) }
    return HTTPRequest(
      method: method, scheme: scheme ?? (context.isSecured ? "https" : "http"), authority: authority,
      target: target, version: "2", headers: head?.fields ?? [], trailers: request.trailerFields,
      body: request.body, isComplete: request.isComplete)
  }

  private var madeResponse: HTTPResponse? {
    guard response.head != nil || response.lacksHead else { return nil }
    let head = response.head
    return HTTPResponse(
      status: head?.statusCode ?? 0, version: "2", reason: [], headers: head?.fields ?? [],
      trailers: response.trailerFields, body: response.body, isComplete: response.isComplete)
  }
}
