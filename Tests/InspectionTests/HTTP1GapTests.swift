import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `HTTP/1 with bytes missing` {
  @Test func `goes on at the next start line behind a gap in a head`() {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nContent-Le")
    script.gap(.serverToClient, 50)
    script.server("}\"rest of a body\"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    script.client(HTTP1Samples.get)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.response?.status } == [200, 404, nil])
    #expect(found.map { $0.http?.response?.isComplete } == [false, true, nil])
    #expect(found.map(\.codes) == [["gap"], ["http1.skipped"], []])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `pairs behind the gap with the request that came after it`() {
    var script = EventScript()
    script.client("GET /lost HTTP/1.1\r\nHost: a\r\n\r\n")
    script.gap(.serverToClient, 500)
    script.client("GET /found HTTP/1.1\r\nHost: a\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.request?.target } == ["/lost", "/found"].map { Array($0.utf8) })
    #expect(found.map { $0.http?.response?.status } == [nil, 200])
    #expect(found.map(\.codes) == [["http1.response-lost"], ["gap"]])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `keeps a response whose request is in the gap`() {
    var script = EventScript()
    script.gap(.clientToServer, 100)
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.1 204 No Content\r\n\r\n")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.request?.method.count } == [nil, 3])
    #expect(found.map { $0.http?.response?.status } == [200, 204])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `is recognised when the first bytes are missing`() {
    var script = EventScript()
    script.gap(.serverToClient, 1)
    script.server("tail of a body\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.response?.body.byteCount } == [2])
    #expect(found.first?.findings.first?.offset == 0)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `loses a chunked body whose framing is in the gap`() {
    var script = EventScript()
    script.client(HTTP1Samples.get + HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
    script.gap(.serverToClient, 3)
    script.server("\r\n5\r\nab")
    script.gap(.serverToClient, 4)
    script.server("\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.http?.response?.body.byteCount } == [10, 0])
    #expect(found.map { $0.http?.response?.isComplete } == [false, true])
    #expect(found.map(\.codes) == [["gap", "gap"], ["http1.skipped"]])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `takes a body until close as complete only when the server closed in order`() {
    for (end, isComplete) in [(SessionEnd.fin, true), (.open, false), (.reset(by: .server), false)] {
      var script = EventScript()
      script.client("GET / HTTP/1.0\r\n\r\n")
      script.server("HTTP/1.0 200 OK\r\n\r\nbody")
      script.close(end)
      #expect(exchanges(script.events).map { $0.http?.response?.isComplete } == [isComplete])
    }
  }
}
