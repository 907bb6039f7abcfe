import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Malformed HTTP/2` {
  typealias Frames = HTTP2Frames

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What the client says, behind the preface and its SETTINGS.
    var client: [UInt8] = []
    var server: [UInt8] = []
    /// Of all exchanges.
    var codes: [[String]]
    /// The streams of the exchanges; nil for one of bytes that are not read.
    var streams: [UInt32?] = [1]
  }

  private static func request(_ fields: [(String, String)]) -> [UInt8] {
    Frames.headers(1, fields, end: true)
  }

  private static func fields(_ more: (String, String)...) -> [UInt8] {
    request(Frames.request("GET", "/") + more)
  }

  static let connection = [
    Case(
      testDescription: "a frame larger than the receiver allows",
      client: Frames.get(1) + Frames.frame(0, 0, 3, [UInt8](repeating: 0, count: 16_385)),
      codes: [[], ["h2.frame-size-invalid"]], streams: [1, nil]),
    Case(
      testDescription: "PING of 7 bytes", client: Frames.frame(6, 0, 0, [UInt8](repeating: 0, count: 7)),
      codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "RST_STREAM of 5 bytes", client: Frames.frame(3, 0, 1, [0, 0, 0, 0, 0]),
      codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "WINDOW_UPDATE of 3 bytes", client: Frames.frame(8, 0, 0, [0, 0, 0]),
      codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "SETTINGS of 5 bytes", client: Frames.frame(4, 0, 0, [0, 0, 0, 0, 0]),
      codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "an acknowledgement with parameters",
      client: Frames.frame(4, 1, 0, [0, 1, 0, 0, 0, 0]), codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "GOAWAY of 7 bytes", client: Frames.frame(7, 0, 0, [UInt8](repeating: 0, count: 7)),
      codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "HEADERS without room for their priority",
      client: Frames.frame(1, 0x24, 1, [0, 0, 0, 0]),
      codes: [["h2.frame-size-invalid"]], streams: [nil]),
    Case(
      testDescription: "padded DATA without a byte",
      client: Frames.get(1, end: false) + Frames.frame(0, 8, 1),
      codes: [["h2.frame-size-invalid"], ["h2.frame-size-invalid"]], streams: [1, nil]),
    Case(
      testDescription: "DATA on stream 0", client: Frames.data(0, "x"), codes: [["h2.frame-misplaced"]],
      streams: [nil]),
    Case(
      testDescription: "HEADERS on stream 0", client: Frames.get(0), codes: [["h2.frame-misplaced"]],
      streams: [nil]),
    Case(
      testDescription: "SETTINGS on a stream", client: Frames.frame(4, 0, 1), codes: [["h2.frame-misplaced"]],
      streams: [nil]),
    Case(
      testDescription: "more padding than DATA",
      client: Frames.get(1, end: false) + Frames.frame(0, 8, 1, [2, 0]),
      codes: [["h2.padding-invalid"], ["h2.padding-invalid"]], streams: [1, nil]),
    Case(
      testDescription: "more padding than HEADERS", client: Frames.frame(1, 0x0c, 1, [9, 0x82]),
      codes: [["h2.padding-invalid"]], streams: [nil]),
    Case(
      testDescription: "a frame within a header block",
      client: Frames.frame(1, 0, 1, [0x82]) + Frames.data(1, "x"),
      codes: [["h2.header-block-interrupted"]], streams: [nil]),
    Case(
      testDescription: "CONTINUATION of another stream",
      client: Frames.frame(1, 0, 1, [0x82]) + Frames.frame(9, 4, 3, [0x84]),
      codes: [["h2.header-block-interrupted"]], streams: [nil]),
    Case(
      testDescription: "CONTINUATION of nothing", client: Frames.frame(9, 4, 1, [0x82]),
      codes: [["h2.header-block-interrupted"]], streams: [nil]),
    Case(
      testDescription: "a header block that cannot be decoded",
      client: Frames.get(1) + Frames.frame(1, 5, 3, [0x82, 0xff, 0x80]) + Frames.get(5),
      codes: [[], ["h2.header-block-invalid"], ["h2.header-block-invalid"]], streams: [1, 3, nil]),
  ]

  static let stream = [
    Case(
      testDescription: "a name in upper case", client: fields(("X-A", "b")),
      codes: [["h2.field-name-invalid"]]),
    Case(testDescription: "an empty name", client: fields(("", "b")), codes: [["h2.field-name-invalid"]]),
    Case(
      testDescription: "a name with a space", client: fields(("x y", "b")), codes: [["h2.field-name-invalid"]]
    ),
    Case(
      testDescription: "a value with a line feed", client: fields(("x", "a\nb")),
      codes: [["h2.field-value-invalid"]]),
    Case(
      testDescription: "a value that ends in a space", client: fields(("x", "a ")),
      codes: [["h2.field-value-invalid"]]),
    Case(
      testDescription: "fields of a connection", client: fields(("connection", "close"), ("upgrade", "x")),
      codes: [["h2.field-forbidden", "h2.field-forbidden"]]),
    Case(testDescription: "TE", client: fields(("te", "gzip")), codes: [["h2.field-forbidden"]]),
    Case(testDescription: "TE of trailers", client: fields(("te", "trailers")), codes: [[]]),
    Case(
      testDescription: "no pseudo-fields", client: request([("x", "y")]), codes: [["h2.pseudo-field-missing"]]
    ),
    Case(
      testDescription: "neither scheme nor path", client: request([(":method", "GET")]),
      codes: [["h2.pseudo-field-missing", "h2.pseudo-field-missing"]]),
    Case(
      testDescription: "CONNECT without authority",
      client: request([(":method", "CONNECT"), (":path", "/")]),
      codes: [["h2.pseudo-field-missing", "h2.pseudo-field-invalid"]]),
    Case(
      testDescription: "a pseudo-field twice", client: fields((":path", "/b")),
      codes: [["h2.pseudo-field-invalid"]]),
    Case(
      testDescription: "a pseudo-field behind others",
      client: request([("x", "y")] + Frames.request("GET", "/").prefix(1))
        + Frames.get(3),
      codes: [
        ["h2.pseudo-field-invalid", "h2.pseudo-field-missing", "h2.pseudo-field-missing"], [],
      ], streams: [1, 3]),
    Case(
      testDescription: "an unknown pseudo-field", client: fields((":a", "b")),
      codes: [["h2.pseudo-field-invalid"]]),
    Case(
      testDescription: "a status in a request", client: fields((":status", "200")),
      codes: [["h2.pseudo-field-invalid"]]),
    Case(
      testDescription: "an empty path", client: request(Frames.request("GET", "")),
      codes: [["h2.pseudo-field-invalid"]]),
    Case(
      testDescription: "no status", client: Frames.get(1), server: Frames.headers(1, [("x", "y")], end: true),
      codes: [["h2.pseudo-field-missing"]]),
    Case(
      testDescription: "a status that is none", client: Frames.get(1),
      server: Frames.headers(1, [(":status", "2xx")], end: true), codes: [["h2.status-invalid"]]),
    Case(
      testDescription: "a body of another length", client: Frames.get(1),
      server: Frames.headers(1, [(":status", "200"), ("content-length", "3")])
        + Frames.data(1, "x", end: true),
      codes: [["h2.content-length-mismatch"]]),
    Case(
      testDescription: "trailers that do not end the message", client: Frames.get(1),
      server: Frames.ok(1) + Frames.headers(1, [("x", "y")]) + Frames.data(1, "", end: true),
      codes: [["h2.trailers-unfinished"]]),
    Case(
      testDescription: "a pseudo-field in trailers", client: Frames.get(1),
      server: Frames.ok(1) + Frames.ok(1, end: true), codes: [["h2.pseudo-field-invalid"]]),
    Case(
      testDescription: "DATA and HEADERS behind the end",
      client: Frames.get(1) + Frames.data(1, "x") + Frames.headers(1, [("x", "y")]),
      server: Frames.ok(1, end: true),
      codes: [["h2.stream-closed", "h2.stream-closed"]]),
    Case(
      testDescription: "DATA before HEADERS", client: Frames.get(1), server: Frames.data(1, "x", end: true),
      codes: [["h2.frame-misplaced"]]),
    Case(
      testDescription: "DATA on a stream that is not open", client: Frames.data(1, "x"),
      codes: [["h2.stream-invalid"]], streams: [0]),
    Case(
      testDescription: "an even stream of the client", client: Frames.get(2), codes: [["h2.stream-invalid"]],
      streams: [2]),
    Case(
      testDescription: "an answer to no request", server: Frames.ok(1, end: true),
      codes: [["h2.stream-invalid"]]),
    Case(
      testDescription: "a push that was not promised", server: Frames.ok(2, end: true),
      codes: [["h2.stream-invalid"]], streams: [2]),
    Case(
      testDescription: "a push by the client",
      client: Frames.frame(5, 4, 1, Frames.number(2) + Frames.block(Frames.request("GET", "/"))),
      codes: [["h2.push-invalid"]], streams: [0]),
    Case(
      testDescription: "a promise of an odd stream", client: Frames.get(1),
      server: Frames.frame(5, 4, 1, Frames.number(3) + Frames.block(Frames.request("GET", "/")))
        + Frames.ok(1, end: true), codes: [[], ["h2.push-invalid"]], streams: [1, 0]),
    Case(
      testDescription: "a window that grows by nothing",
      client: Frames.get(1) + Frames.frame(8, 0, 1, [0, 0, 0, 0]),
      codes: [["h2.window-update-invalid"]]),
    Case(
      testDescription: "a window that grows beyond its largest",
      client: Frames.frame(8, 0, 0, [0x7f, 0xff, 0xff, 0xff]), codes: [["h2.window-update-invalid"]],
      streams: [0]),
    Case(
      testDescription: "settings that must not be",
      client: Frames.settings([(2, 2), (4, 0x8000_0000), (5, 16_383), (0x9999, 7)]),
      codes: [["h2.settings-invalid", "h2.settings-invalid", "h2.settings-invalid"]], streams: [0]),
    Case(
      testDescription: "a dynamic table beyond what is allowed",
      client: Frames.frame(1, 5, 1, [0x3f, 0xe2, 0x1f] + Frames.block(Frames.request("GET", "/"))),
      codes: [["h2.table-size-exceeded"]]),
  ]

  @Test(arguments: connection) func `ends the reading of a direction`(_ example: Case) {
    check(example)
  }

  @Test(arguments: stream) func `is told, and reading goes on`(_ example: Case) {
    check(example)
  }

  private func check(_ example: Case) {
    var script = HTTP2Script()
    script.client(example.client)
    script.server(example.server)
    let found = exchanges(script.events)
    #expect(found.map(\.codes) == example.codes)
    #expect(found.map(\.stream) == example.streams)
    if example.client.count < 1_000 { #expect(splittingDifference(script.events) == nil) }
  }

  @Test func `is no preface at all`() {
    var script = EventScript()
    script.append(.secured(.client, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "h2")))
    script.client("PRI * HTTP/1.1\r\n\r\n")
    script.server(Frames.settings() + Frames.ok(1, end: true))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, nil])
    #expect(found.map(\.codes) == [[], ["h2.preface-invalid"]])
    #expect(found[1].opaque == OpaqueCounts(clientByteCount: 18, serverByteCount: 0))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `lacks its first SETTINGS`() {
    var script = EventScript()
    script.client(Frames.preface + Frames.get(1))
    script.server(Frames.ok(1, end: true))
    script.finish()
    #expect(exchanges(script.events).flatMap(\.codes) == ["h2.settings-missing", "h2.settings-missing"])
  }

  @Test func `overruns the windows of stream and connection`() {
    let chunk = String(repeating: "x", count: 16_384)
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3), Frames.frame(8, 0, 1, [0, 0, 0x40, 0]))
    script.server(
      Frames.ok(1), Frames.ok(3), Frames.data(1, chunk), Frames.data(1, chunk), Frames.data(1, chunk),
      Frames.data(1, chunk), Frames.data(1, chunk, end: true), Frames.data(3, "x", end: true))
    // The stream had 81,919, the connection 65,535; each is told once.
    #expect(exchanges(script.events).map(\.codes) == [["h2.flow-control", "h2.flow-control"], []])
    script = HTTP2Script(client: [(4, 10)])
    script.client(Frames.get(1))
    script.server(Frames.ok(1), Frames.data(1, "12345678901"), Frames.data(1, "2", end: true))
    #expect(exchanges(script.events).map(\.codes) == [["h2.flow-control"]])
  }

  @Test func `keeps within the limits`() throws {
    var limits = InspectionLimits()
    limits.http2.openStreamCount = 2
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3), Frames.get(5))
    script.server(Frames.ok(1, end: true), Frames.ok(5, end: true))
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(\.stream) == [1, 5, 3])
    #expect(found.map(\.codes) == [["h2.too-many-streams"], [], []])
    #expect(found[0].http?.response == nil)

    limits.http2.openStreamCount = 100
    limits.http2.openHeaderByteCount = 300
    #expect(exchanges(script.events, limits: limits).map(\.stream) == [1, 3, 5])
    #expect(splittingDifference(script.events, limits: limits) == nil)
  }

  @Test func `keeps header blocks and lists within their limits`() {
    var limits = InspectionLimits()
    limits.http2.headerBlockByteCount = 100
    limits.http2.continuationCount = 2
    limits.http2.headerListByteCount = 250
    let filler = [UInt8](repeating: 0x82, count: 51)
    var script = HTTP2Script()
    script.client(Frames.frame(1, 0, 1, filler), Frames.frame(9, 4, 1, filler))
    #expect(exchanges(script.events, limits: limits).flatMap(\.codes) == ["h2.header-block-too-long"])
    script = HTTP2Script()
    script.client(
      Frames.frame(1, 1, 1, [0x82]), Frames.frame(9, 0, 1), Frames.frame(9, 0, 1), Frames.frame(9, 0, 1),
      Frames.frame(9, 4, 1), Frames.get(3))
    #expect(exchanges(script.events, limits: limits).map(\.codes) == [["h2.continuation-flood"], []])
    #expect(splittingDifference(script.events, limits: limits) == nil)
    script = HTTP2Script()
    script.client(
      Frames.headers(
        1, Frames.request("GET", "/") + [("x", String(repeating: "y", count: 20)), ("z", "")], end: true))
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(\.codes) == [["h2.header-list-too-long"]])
    #expect(found.first?.http?.request?.target == Array("/".utf8))
  }

  @Test func `keeps interim responses and unconfirmed settings within their limits`() {
    var limits = InspectionLimits()
    limits.http2.interimCount = 1
    limits.http2.settingsCount = 2
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.settings(), Frames.settings(), Frames.settings())
    script.server(
      Frames.headers(1, [(":status", "100")]), Frames.headers(1, [(":status", "100")]),
      Frames.ok(1, end: true))
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(\.codes) == [["h2.too-many-interim"], ["h2.too-many-settings"]])
  }

  @Test func `floods the other side`() {
    var limits = InspectionLimits()
    limits.http2.resetsPerSecond = 2
    limits.http2.settingsPerSecond = 2
    limits.http2.pingsPerSecond = 2
    let ping = Frames.frame(6, 0, 0, [UInt8](repeating: 0, count: 8))
    func codes(_ client: [[UInt8]], seconds: Bool = false) -> [String] {
      var script = HTTP2Script()
      if seconds {
        // A second and more lies between each two.
        for frames in client {
          for _ in 0..<1_000 { script.client([]) }
          script.client(frames)
        }
      } else {
        script.client(client.flatMap(\.self))
      }
      return exchanges(script.events, limits: limits).filter { $0.stream == 0 }.flatMap(\.codes)
    }
    let resets = [1, 3, 5, 7].map { Frames.get($0) + Frames.reset($0, 8) }
    #expect(codes(resets) == ["h2.rapid-reset"])
    #expect(codes(Array(resets.prefix(2))) == [])
    #expect(codes(resets, seconds: true) == [])
    #expect(codes(Array(repeating: ping, count: 4)) == ["h2.ping-flood"])
    #expect(codes(Array(repeating: ping, count: 4), seconds: true) == [])
    #expect(codes(Array(repeating: Frames.settings(), count: 4)) == ["h2.settings-flood"])
  }

  @Test func `unfolds a few bytes into more fields than are kept`() {
    let large = String(repeating: "y", count: 1_000)
    var limits = InspectionLimits()
    limits.http2.headerListByteCount = 10_000
    var script = HTTP2Script()
    let entry = [0x40, 1, 0x78, 0x7f, 0xe9, 0x06] + Array(large.utf8)
    script.client(Frames.frame(1, 5, 1, Frames.block(Frames.request("GET", "/")) + entry))
    script.client(
      Frames.frame(1, 5, 3, Frames.block(Frames.request("GET", "/")) + [UInt8](repeating: 0xbe, count: 100)))
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(\.codes) == [[], ["h2.hpack-bomb"]])
    #expect((8...9).contains(found.last?.http?.request?.headers.count ?? 0))
  }
}
