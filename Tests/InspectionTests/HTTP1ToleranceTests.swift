import Inspection
import SessionEvents
import TestSupport
import Testing

/// What real clients and servers send, whatever the RFC says.
@Suite struct `HTTP/1 as it is spoken` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var client: String = get
    var server: String = ""
    var told: [String]
    var codes: [String] = []
  }

  static let get = HTTP1Samples.get
  static let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
  static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

  static let cases: [Case] = [
    Case(
      testDescription: "no reason", server: "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
      told: ["GET / 0 → 200 0"]),
    Case(
      testDescription: "no reason, and no space", server: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
      told: ["GET / 0 → 200 0"]),
    Case(
      testDescription: "two spaces before the status",
      server: "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
      told: ["GET / 0 → 200 0"], codes: ["http1.start-line-whitespace"]),
    Case(
      testDescription: "a version in lower case", server: "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      told: ["GET / 0 → 200 0"], codes: ["http1.version-invalid"]),
    Case(
      testDescription: "SHOUTcast", client: "GET / HTTP/1.0\r\nIcy-MetaData:1\r\n\r\n",
      server: "ICY 200 OK\r\nicy-name:Radio\r\nicy-br:128\r\n\r\nMP3", told: ["GET / 0 → 200 3"],
      codes: ["http1.version-invalid"]),
    Case(
      testDescription: "a reason in Latin-1",
      server: "HTTP/1.1 404 Non trouv\u{e9}\r\nContent-Length: 0\r\n\r\n",
      told: ["GET / 0 → 404 0"]),
    Case(
      testDescription: "a value in Latin-1, a name with dots",
      server: "HTTP/1.1 200 OK\r\nX.Name: caf\u{e9}\r\nContent-Length: 0\r\n\r\n", told: ["GET / 0 → 200 0"]),
    Case(
      testDescription: "line ends behind a form, and between messages",
      client: post + "\r\n" + post + "\r\n\r\n",
      server: ok + "\r\n" + ok, told: ["POST / 3 → 200 0", "POST / 3 → 200 0"]),
    Case(
      testDescription: "chunk sizes padded by spaces",
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3     \r\nabc\r\n0     \r\n\r\n",
      told: ["GET / 0 → 200 3"], codes: ["http1.chunk-size-whitespace", "http1.chunk-size-whitespace"]),
    Case(
      testDescription: "chunk sizes with zeros in front",
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000003\r\nabc\r\n00000000\r\n\r\n",
      told: ["GET / 0 → 200 3"]),
    Case(
      testDescription: "any length in an answer to HEAD", client: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get,
      server: "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + ok,
      told: ["HEAD / 0 → 200 0", "GET / 0 → 200 0"]),
    Case(
      testDescription: "interim responses of every kind", client: post,
      server: [100, 102, 103, 110, 199].map { "HTTP/1.1 \($0) X\r\n\r\n" }.joined() + ok,
      told: ["POST / 3 → 100 102 103 110 199 200 0"]),
    Case(
      testDescription: "keep-alive behind errors", client: get + get + get,
      server: "HTTP/1.1 400 Bad\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 500 Worse\r\nContent-Length: 0\r\n\r\n"
        + ok,
      told: ["GET / 0 → 400 1", "GET / 0 → 500 0", "GET / 0 → 200 0"]),
    Case(
      testDescription: "made-up methods",
      client: "X-PURGE / HTTP/1.1\r\nHost: a\r\n\r\nget / HTTP/1.1\r\nHost: a\r\n\r\n",
      server: ok + ok, told: ["X-PURGE / 0 → 200 0", "get / 0 → 200 0"]),
    Case(
      testDescription: "a cookie of 60,000 bytes",
      client: "GET / HTTP/1.1\r\nHost: a\r\nCookie: \(String(repeating: "c", count: 60_000))\r\n\r\n",
      server: ok,
      told: ["GET / 0 → 200 0"]),
    Case(
      testDescription: "trailers that were announced",
      client: "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n",
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        + "3;name=value;other=\"a;b\"\r\nabc\r\n0\r\nX-Sum: 1\r\nServer-Timing: x\r\n\r\n",
      told: ["GET / 0 → 200 3 +2"]),
    Case(
      testDescription: "a length of zero, and no end of the header's last line", client: get + get,
      server: ok + "HTTP/1.1 200 OK\r\nServer: x", told: ["GET / 0 → 200 0", "GET / 0 → 200 0 cut"]),
  ]

  @Test(arguments: cases) func `is read`(_ example: Case) {
    let events = dialogue(example.client, example.server)
    let found = exchanges(events)
    #expect(found.map(toldHTTP) == example.told)
    #expect(found.flatMap(\.codes) == example.codes)
    if example.client.utf8.count < 10_000 { #expect(splittingDifference(events) == nil) }
  }

  /// Other protocols that look like it.
  @Test(arguments: [
    ("OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n", "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"),
    ("INVITE sip:bob@a SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n\r\n", "SIP/2.0 100 Trying\r\n\r\n"),
    (
      "REQMOD icap://a/b ICAP/1.0\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
      "ICAP/1.0 204 No\r\n\r\n"
    ),
    ("SETUP * XYZ/1.1\r\n\r\n", "XYZ/1.1 200 OK\r\n\r\n"),
  ]) func `is nothing else`(_ client: String, _ server: String) {
    let found = exchanges(dialogue(client, server))
    #expect(found.allSatisfy { $0.http == nil })
    #expect(found.contains { $0.opaque != nil })
  }

  @Test(arguments: [413, 401, 417]) func `is answered before the body is there`(status: Int) {
    var script = EventScript()
    script.client("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\nabc")
    script.server("HTTP/1.1 \(status) No\r\nContent-Length: 2\r\n\r\nno")
    script.client("defghi" + HTTP1Samples.get)
    script.server(Self.ok)
    script.finish()
    #expect(exchanges(script.events).map(toldHTTP) == ["POST / 9 → \(status) 2", "GET / 0 → 200 0"])
    #expect(splittingDifference(script.events) == nil)

    var closed = EventScript()
    closed.client("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
    closed.server("HTTP/1.1 \(status) No\r\nContent-Length: 2\r\n\r\nno")
    closed.close(.reset(by: .server))
    let found = exchanges(closed.events)
    #expect(found.map(toldHTTP) == ["POST / 0 cut → \(status) 2"])
    #expect(found.flatMap(\.codes) == [])
  }

  @Test func `is found again behind many gaps, as only bytes that are there count for giving up`() {
    var limits = InspectionLimits()
    limits.http1.resynchronisationByteCount = 64
    var script = EventScript()
    script.client(HTTP1Samples.get + HTTP1Samples.get)
    script.server(Self.ok)
    for _ in 0..<5 {
      script.gap(.serverToClient, 1_000)
      script.server("twenty bytes of it\r\n")
    }
    script.server("end" + Self.ok)
    script.finish()
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(toldHTTP) == ["GET / 0 → 200 0", "GET / 0 → 200 0"])
    #expect(splittingDifference(script.events, limits: limits) == nil)
  }
}
