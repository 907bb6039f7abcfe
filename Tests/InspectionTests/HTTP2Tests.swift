import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `HTTP/2` {
  typealias Frames = HTTP2Frames

  @Test func `is recognised by the client's preface, whatever the port`() throws {
    var script = HTTP2Script()
    script.client(
      Frames.headers(1, Frames.request("POST", "/a?b") + [("x-y", "z")]), Frames.data(1, "ab"),
      Frames.data(1, "c", end: true))
    script.server(
      Frames.headers(1, [(":status", "201"), ("content-type", "text/plain")]), Frames.data(1, "hello"),
      Frames.headers(1, [("x-sum", "5")], end: true))
    let found = exchanges(script.events)
    #expect(found.count == 1)
    let exchange = try #require(found.first)
    let request = try #require(exchange.http?.request)
    #expect(exchange.stream == 1)
    #expect(request.method == Array("POST".utf8))
    #expect(request.scheme == "https")
    #expect(request.authority == Array("a.test".utf8))
    #expect(request.target == Array("/a?b".utf8))
    #expect(request.version == "2")
    #expect(request.headers == [HTTPField(name: Array("x-y".utf8), value: Array("z".utf8))])
    #expect(request.body.byteCount == 3)
    #expect(
      request.body.sha256?.hexText == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(request.isComplete)
    let response = try #require(exchange.http?.response)
    #expect(response.status == 201)
    #expect(response.version == "2")
    #expect(response.reason.isEmpty)
    #expect(response.headers.count == 1)
    #expect(response.body.byteCount == 5)
    #expect(response.body.decodedByteCount == 5)
    #expect(response.trailers == [HTTPField(name: Array("x-sum".utf8), value: Array("5".utf8))])
    #expect(response.isComplete)
    #expect(exchange.findings.isEmpty)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `is recognised by the server's settings where the client is not recorded`() {
    var script = HTTP2Script(begins: false)
    script.server(
      Frames.settings([(3, 100), (4, 65_536)]), Frames.settingsAcknowledgement, Frames.ok(3, end: true),
      Frames.ok(1), Frames.data(1, "x", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [3, 1])
    #expect(found.allSatisfy { $0.http?.request == nil && $0.http?.response?.isComplete == true })
    #expect(found.allSatisfy { $0.findings.isEmpty })
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `is chosen by ALPN where the beginning is lost`() {
    var script = EventScript(server: "198.51.100.7:8443")
    script.append(.secured(.server, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "h2")))
    script.gap(.clientToServer, 1_000)
    script.server(Frames.settings() + Frames.ok(1) + Frames.data(1, "x", end: true))
    script.client("more")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.response?.status } == [200, nil])
    #expect(found.map(\.codes) == [["h2.given-up"], ["gap", "h2.given-up"]])
    #expect(found.last?.opaque == OpaqueCounts(clientByteCount: 4, serverByteCount: 0))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `tells streams as they finish, by their order of beginning`() {
    var script = HTTP2Script()
    script.client(Frames.get(1, "/a"), Frames.get(3, "/b"), Frames.get(5, "/c"))
    script.server(
      Frames.ok(5), Frames.ok(1), Frames.data(1, "1", end: true), Frames.data(5, "5", end: true),
      Frames.ok(3, end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 5, 3])
    #expect(found.map(\.index) == [0, 2, 1])
    #expect(found.map { $0.http?.request?.target } == ["/a", "/c", "/b"].map { Array($0.utf8) })
    #expect(found.allSatisfy { $0.findings.isEmpty })
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `times an exchange from its first byte to its last, in the packets that carried them`() {
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(Frames.ok(1))
    script.server(Frames.frame(6, 0, 0, [UInt8](repeating: 0, count: 8)))
    script.server(Frames.frame(0, 9, 1, [2, 0x61, 0, 0]))
    script.server(Frames.frame(6, 0, 0, [UInt8](repeating: 0, count: 8)))
    let found = exchanges(script.events)
    #expect(found.map(\.packet) == [5])
    #expect(found.map(\.start) == [EventScript.time(ofPacket: 5)])
    #expect(found.map(\.end) == [EventScript.time(ofPacket: 8)])
    #expect(found.first?.http?.response?.body.byteCount == 1)
  }

  @Test func `leaves out padding and priority, and joins CONTINUATIONs`() {
    let block = Frames.block(Frames.request("GET", "/p"))
    var script = HTTP2Script()
    script.client(
      Frames.frame(1, 0x29, 1, [3, 0x80, 0, 0, 0, 16] + block[..<5] + [0, 0, 0]),
      Frames.frame(9, 0, 1), Frames.frame(9, 0, 1, Array(block[5..<9])),
      Frames.frame(9, 4, 1, Array(block[9...])))
    script.server(Frames.ok(1), Frames.frame(0, 8, 1, [0]), Frames.frame(0, 9, 1, [5, 0x61, 0, 0, 0, 0, 0]))
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.request?.target } == [Array("/p".utf8)])
    #expect(found.first?.http?.response?.body.byteCount == 1)
    #expect(found.first?.findings.isEmpty == true)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `passes over frames that say nothing of an exchange, and unknown ones`() {
    var script = HTTP2Script()
    script.client(
      Frames.frame(2, 0, 1, [0, 0, 0, 0, 7]), Frames.frame(0x0a, 0xff, 77, [1, 2, 3]), Frames.get(1),
      Frames.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]), Frames.frame(8, 0, 0, [0, 0, 0, 1]),
      Frames.frame(8, 0, 1, [0, 0, 0, 1]))
    script.server(Frames.ok(1, end: true), Frames.goAway(1, 0))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1])
    #expect(found.first?.findings.isEmpty == true)
  }

  @Test func `decodes content codings as HTTP/1 does`() {
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(
      Frames.headers(1, [(":status", "200"), ("content-encoding", "gzip"), ("content-length", "32")]),
      Frames.frame(0, 0, 1, Array(InflateSamples.gzip[..<7])),
      Frames.frame(0, 9, 1, [4] + InflateSamples.gzip[7...] + [0, 0, 0, 0]))
    let body = exchanges(script.events).first?.http?.response?.body
    #expect(body?.byteCount == UInt64(InflateSamples.gzip.count))
    #expect(body?.decodedByteCount == 24)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `keeps interim responses apart`() {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Frames.request("POST", "/")), Frames.data(1, "x", end: true))
    script.server(
      Frames.headers(1, [(":status", "100")]), Frames.headers(1, [(":status", "103"), ("link", "</a>")]),
      Frames.headers(1, [(":status", "204")], end: true))
    let http = exchanges(script.events).first?.http
    #expect(http?.interim.map(\.status) == [100, 103])
    #expect(http?.interim.map(\.headers.count) == [0, 1])
    #expect(http?.response?.status == 204)
  }

  @Test func `tells pushed streams as exchanges`() {
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(
      Frames.frame(5, 4, 1, Frames.number(2) + Frames.block(Frames.request("GET", "/pushed"))),
      Frames.ok(1, end: true), Frames.ok(2), Frames.data(2, "p", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 2])
    #expect(found.last?.http?.request?.target == Array("/pushed".utf8))
    #expect(found.last?.http?.request?.isComplete == true)
    #expect(found.last?.http?.response?.body.byteCount == 1)
    #expect(found.allSatisfy { $0.findings.isEmpty })
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `tells a CONNECT with its authority as its target, and what passes as bodies`() {
    let connect = [(":method", "CONNECT"), (":authority", "b.test:443")]
    var script = HTTP2Script()
    script.client(Frames.headers(1, connect))
    script.server(Frames.ok(1))
    script.client(Frames.data(1, "up", end: true))
    script.server(Frames.data(1, "down", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [1, 0])
    #expect(found.first?.opaque == OpaqueCounts(clientByteCount: 2, serverByteCount: 4))
    let http = found.last?.http
    #expect(http?.request?.target == Array("b.test:443".utf8))
    #expect(http?.request?.body.byteCount == 2)
    #expect(http?.response?.body.byteCount == 4)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `allows content-length without a body in answers to HEAD and in 304`() {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Frames.request("HEAD", "/"), end: true), Frames.get(3))
    script.server(
      Frames.headers(1, [(":status", "200"), ("content-length", "7")], end: true),
      Frames.headers(3, [(":status", "304"), ("content-length", "7")], end: true))
    #expect(exchanges(script.events).map(\.codes) == [[], []])
  }

  @Test func `tells what is unfinished when the session closes`() {
    var script = HTTP2Script()
    script.client(Frames.get(1, "/a"), Frames.headers(3, Frames.request("POST", "/b")), Frames.data(3, "x"))
    script.server(Frames.ok(1), Array(Frames.data(1, "hello", end: true).dropLast(2)))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 3])
    #expect(found.map { $0.http?.request?.isComplete } == [true, false])
    #expect(found[0].http?.response?.isComplete == false)
    #expect(found[0].http?.response?.body.byteCount == 3)
    #expect(found[1].http?.response == nil)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `names the error of a reset, and of a GOAWAY`() {
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3), Frames.get(5), Frames.reset(1, 8))
    script.server(Frames.ok(1), Frames.reset(3, 7), Frames.data(1, "late"), Frames.goAway(3, 11))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 3, 5])
    #expect(found.map(\.codes) == [["h2.reset"], ["h2.reset"], ["h2.goaway"]])
    #expect(
      found.compactMap(\.findings.first?.detail) == [
        "the client reset the stream: CANCEL", "the server reset the stream: REFUSED_STREAM",
        "the server goes away: ENHANCE_YOUR_CALM, last stream 3",
      ])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `tells an error of the connection alone as its stream 0`() {
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(Frames.ok(1, end: true), Frames.goAway(1, 0x20))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 0])
    #expect(found[1].http == HTTPExchange(request: nil, response: nil))
    #expect(found[1].findings.first?.detail == "the server goes away: ERROR32, last stream 1")
  }

  @Test func `allows what its receiver allowed, once it said so`() {
    let long = String(repeating: "x", count: 20_000)
    var script = HTTP2Script(client: [(1, 65_536), (4, 100_000), (5, 32_768)])
    script.client(Frames.get(1))
    script.server(
      Frames.frame(1, 4, 1, [0x3f, 0xe1, 0xff, 0x03] + Frames.block([(":status", "200")])),
      Frames.data(1, long, end: true))
    let found = exchanges(script.events)
    #expect(found.first?.http?.response?.body.byteCount == 20_000)
    #expect(found.first?.findings.isEmpty == true)
  }

  @Test func `follows an upgrade from HTTP/1 in the clear`() {
    var script = HTTP2Script(begins: false)
    script.script.client(
      "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n"
    )
    script.script.server("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    script.server(Frames.settings(), Frames.ok(1), Frames.data(1, "one", end: true))
    script.client(Frames.preface, Frames.settings(), Frames.settingsAcknowledgement, Frames.get(3, "/next"))
    script.server(Frames.settingsAcknowledgement, Frames.ok(3, end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [nil, 1, 3])
    #expect(found.map { $0.http?.response?.status } == [101, 200, 200])
    #expect(found.map { $0.http?.request?.target } == ["/up", "/up", "/next"].map { Array($0.utf8) })
    #expect(found.map(\.codes) == [[], [], []])
    #expect(found.map(\.index) == [0, 1, 2])
    #expect(splittingDifference(script.events) == nil)
  }
}
