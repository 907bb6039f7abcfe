import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `GRPC` {
  typealias Frames = HTTP2Frames

  static func request(_ path: String = "/a.B/C", _ more: [(String, String)] = []) -> [(String, String)] {
    Frames.request("POST", path) + [("content-type", "application/grpc"), ("te", "trailers")] + more
  }

  static let ok = [(":status", "200"), ("content-type", "application/grpc+proto")]

  static func message(_ payload: [UInt8], compressed: Bool = false) -> [UInt8] {
    let flag: [UInt8] = [compressed ? 1 : 0]
    return flag + Frames.number(UInt32(payload.count)) + payload
  }

  static let field: [UInt8] = [0x0a, 3, 0x61, 0x62, 0x63]
  static let abc = ProtobufField(number: 1, value: .text(Array("abc".utf8), byteCount: 3))

  /// Fields of each message that is told; nil for one that is not read.
  static func fields(_ messages: GRPCMessages?) -> [[ProtobufField]?] { messages?.first.map(\.fields) ?? [] }

  static let none: [ProtobufField]? = nil
  static let one: [ProtobufField]? = [abc]

  /// A call with these bodies; the trailers end it.
  static func call(
    _ asked: [UInt8], _ answered: [UInt8], request: [(String, String)] = request(),
    response: [(String, String)] = ok, trailers: [(String, String)] = [("grpc-status", "0")]
  ) -> HTTP2Script {
    var script = HTTP2Script()
    script.client(Frames.headers(1, request), Frames.frame(0, 1, 1, asked))
    script.server(Frames.headers(1, response), Frames.frame(0, 0, 1, answered))
    script.server(Frames.headers(1, trailers, end: true))
    return script
  }

  @Test func `tells service, method, status, and the messages of both sides`() throws {
    let messages = Self.message(Self.field) + Self.message([]) + Self.message([0xff])
    let script = Self.call(Self.message(Self.field), messages)
    let exchange = try #require(exchanges(script.events).first)
    let call = try #require(exchange.http?.grpc)
    #expect(call.service == Array("a.B".utf8))
    #expect(call.method == Array("C".utf8))
    #expect(call.status == 0)
    #expect(call.message == nil)
    #expect(call.requests.count == 1)
    #expect(call.requests.first == [GRPCMessage(byteCount: 5, isCompressed: false, fields: [Self.abc])])
    #expect(call.responses.count == 3)
    #expect(Self.fields(call.responses) == [Self.one, [], Self.none])
    #expect(exchange.findings == [])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `tells an error without a message`() throws {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Self.request()), Frames.frame(0, 1, 1, Self.message(Self.field)))
    let trailers = Self.ok + [("grpc-status", "5"), ("grpc-message", "no %C3%A9%zz%4")]
    script.server(Frames.headers(1, trailers, end: true))
    let exchange = try #require(exchanges(script.events).first)
    let call = try #require(exchange.http?.grpc)
    #expect(call.status == 5)
    #expect(call.message == Array("no \u{e9}%zz%4".utf8))
    #expect(call.responses == GRPCMessages())
    #expect(exchange.findings == [])
  }

  @Test func `decompresses messages`() throws {
    // `field` in gzip, and in zlib wrapping.
    let gzip = [UInt8](hex: "1f8b08000000000002ffe3624e4c4a060082d8425405000000")
    let zlib = [UInt8](hex: "789ce3624e4c4a0600028d0134")
    for (name, coded) in [("gzip", gzip), ("deflate", zlib)] {
      let script = Self.call(
        Self.message(coded, compressed: true) + Self.message(Self.field), [],
        request: Self.request("/a.B/C", [("grpc-encoding", name)]))
      let exchange = try #require(exchanges(script.events).first)
      #expect(Self.fields(exchange.http?.grpc?.requests) == [Self.one, Self.one])
      #expect(exchange.http?.grpc?.requests.first.map(\.isCompressed) == [true, false])
      #expect(exchange.findings == [])
      #expect(splittingDifference(script.events) == nil)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var asked: [UInt8] = GRPC.message(GRPC.field)
    var request: [(String, String)] = GRPC.request()
    var trailers: [(String, String)] = [("grpc-status", "0")]
    var codes: [String]
    /// Messages of the client.
    var count = 1
  }

  static let malformed: [Case] = [
    Case(
      testDescription: "another first byte", asked: message(field) + otherFlag,
      codes: ["grpc.prefix-invalid"]),
    Case(
      testDescription: "trailers of gRPC-Web in gRPC", asked: [0x80, 0, 0, 0, 0],
      codes: ["grpc.prefix-invalid"],
      count: 0),
    Case(
      testDescription: "a message that ends early", asked: Array(message(field).dropLast()),
      codes: ["grpc.message-truncated"]),
    Case(
      testDescription: "a prefix that ends early", asked: message(field) + cutPrefix,
      codes: ["grpc.message-truncated"]),
    Case(
      testDescription: "a message of 4 GiB", asked: [0, 0xff, 0xff, 0xff, 0xff, 1],
      codes: ["grpc.message-too-long", "grpc.message-truncated"]),
    Case(
      testDescription: "compressed, nobody says how", asked: message(field, compressed: true),
      codes: ["grpc.encoding-missing"]),
    Case(
      testDescription: "compressed as identity", asked: message(field, compressed: true),
      request: request("/a.B/C", [("grpc-encoding", "identity")]), codes: ["grpc.encoding-missing"]),
    Case(
      testDescription: "compressed in an unknown way", asked: message(field, compressed: true),
      request: request("/a.B/C", [("grpc-encoding", "x")]), codes: ["grpc.encoding-unknown"]),
    Case(
      testDescription: "compression that is broken", asked: message(field, compressed: true),
      request: request("/a.B/C", [("grpc-encoding", "gzip")]), codes: ["grpc.compression-broken"]),
    Case(testDescription: "no status", trailers: [("x", "y")], codes: ["grpc.status-missing"]),
    Case(
      testDescription: "a status that is no number", trailers: [("grpc-status", "OK")],
      codes: ["grpc.status-invalid"]),
  ]

  private static let otherFlag: [UInt8] = [2, 0, 0, 0, 0]
  private static let cutPrefix: [UInt8] = [0, 0]

  @Test(arguments: malformed) func `has findings where it is malformed`(_ example: Case) {
    let script = Self.call(
      example.asked, Self.message([]), request: example.request, trailers: example.trailers)
    let exchange = exchanges(script.events).first
    #expect(exchange?.codes == example.codes)
    #expect(exchange?.http?.grpc?.requests.count == example.count)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `keeps within the limits`() {
    var limits = InspectionLimits()
    limits.grpc.messageCount = 2
    limits.grpc.messageByteCount = 8
    limits.grpc.fieldCount = 2
    let long = Self.message([UInt8](hex: "0a0761626361626361"))
    let script = Self.call(
      long + Self.message(Self.field) + Self.message(Self.field),
      Self.message([8]) + Self.message([8, 1, 8, 2, 8, 3]))
    let exchange = exchanges(script.events, limits: limits).first
    #expect(exchange?.http?.grpc?.requests.count == 3)
    #expect(Self.fields(exchange?.http?.grpc?.requests) == [Self.none, Self.one])
    #expect(Self.fields(exchange?.http?.grpc?.responses).map { $0?.count } == [nil, 2])
    #expect(exchange?.codes == ["grpc.too-many-fields"])
    #expect(splittingDifference(script.events, limits: limits) == nil)
  }

  @Test func `inflates no bomb`() {
    let script = Self.call(
      Self.message(InflateSamples.zeros, compressed: true), [],
      request: Self.request("/a.B/C", [("grpc-encoding", "gzip")]))
    let exchange = exchanges(script.events).first
    #expect(Self.fields(exchange?.http?.grpc?.requests) == [Self.none])
    #expect(exchange?.codes == [])
  }

  @Test func `is told as far as it came`() {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Self.request()), Frames.frame(0, 0, 1, Self.message(Self.field)))
    script.client(Frames.frame(0, 0, 1, [0, 0]))
    let exchange = exchanges(script.events).first
    #expect(exchange?.http?.grpc?.status == nil)
    #expect(exchange?.http?.grpc?.requests.count == 1)
    #expect(exchange?.codes == [])
  }

  @Test func `leaves messages that are no protobuf unread`() {
    let fields = Frames.request("POST", "/a.B/C") + [("content-type", "application/grpc+json; charset=utf-8")]
    let script = Self.call(Self.message(Self.field), [], request: fields)
    #expect(Self.fields(exchanges(script.events).first?.http?.grpc?.requests) == [Self.none])
  }

  // MARK: gRPC-Web

  static let web: [UInt8] =
    message(field) + trailersPrefix + Array("grpc-status: 3\r\nGrpc-Message:%20x".utf8)
  private static let trailersPrefix: [UInt8] = [0x80, 0, 0, 0, 33]

  private static func overHTTP1(_ type: String, _ body: [UInt8]) -> [PacketEvent] {
    var script = EventScript()
    script.client(
      "POST /api/a.B/C HTTP/1.1\r\nHost: a\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n")
    script.client(body)
    script.server(
      "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n")
    script.server(body)
    script.finish()
    return script.events
  }

  @Test func `is told of gRPC-Web, over HTTP/1 as well`() throws {
    // In base64, padded in the midst.
    let text = "AAAAAAUKA2FiYw==" + "gAAAACFncnBjLXN0YXR1czogMw0KR3JwYy1NZXNzYWdlOiUyMHg="
    for (type, body) in [
      ("application/grpc-web+proto", Self.web), ("application/grpc-web-text", Array(text.utf8)),
    ] {
      let events = Self.overHTTP1(type, body)
      let exchange = try #require(exchanges(events).first)
      let call = try #require(exchange.http?.grpc)
      #expect(call.service == Array("api/a.B".utf8))
      #expect(call.status == 3)
      #expect(call.message == Array(" x".utf8))
      #expect(call.responses.count == 1)
      #expect(Self.fields(call.responses) == [Self.one])
      #expect(exchange.findings == [])
      #expect(splittingDifference(events) == nil)
    }
  }

  @Test func `is not seen in other media types`() {
    for type in ["application/grpcx", "application/grpc-websocket", "application/json"] {
      #expect(exchanges(Self.overHTTP1(type, Self.web)).first?.http?.grpc == nil)
    }
  }
}
