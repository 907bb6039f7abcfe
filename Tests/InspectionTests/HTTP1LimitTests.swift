import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `A limit of HTTP/1` {
  static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

  @Test func `of a field line leaves the field out`() throws {
    let events = dialogue(
      "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 60))\r\nHost: a\r\n\r\n" + HTTP1Samples.get,
      Self.ok)
    let found = exchanges(events, limits: limits { $0.lineByteCount = 60 })
    #expect(found.map { $0.http?.request?.headers.count } == [1, 1])
    #expect(found.map(\.codes) == [["http1.line-too-long"], []])
    #expect(splittingDifference(events, limits: limits { $0.lineByteCount = 60 }) == nil)
  }

  @Test func `of a start line loses the message, not the next`() throws {
    let events = dialogue(
      "GET /\(String(repeating: "x", count: 100)) HTTP/1.1\r\nHost: a\r\n\r\n" + HTTP1Samples.get, Self.ok)
    let small = limits { $0.lineByteCount = 60 }
    let found = exchanges(events, limits: small)
    #expect(found.map { $0.http?.request?.target } == [Array("/".utf8)])
    #expect(found.map(\.codes) == [["http1.line-too-long", "http1.skipped"]])
    #expect(splittingDifference(events, limits: small) == nil)
  }

  @Test func `of a chunk size line breaks the message off`() throws {
    let events = dialogue(
      HTTP1Samples.get,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;\(String(repeating: "x", count: 100))\r\na\r\n0\r\n\r\n"
    )
    let small = limits { $0.lineByteCount = 60 }
    let found = exchanges(events, limits: small)
    #expect(found.first?.http?.response?.isComplete == false)
    #expect(found.first?.codes == ["http1.line-too-long"])
    #expect(splittingDifference(events, limits: small) == nil)
  }

  @Test func `of fields keeps the first`() throws {
    let events = dialogue("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", "")
    let few = limits { $0.fieldCount = 2 }
    let exchange = try #require(exchanges(events, limits: few).first)
    #expect(exchange.http?.request?.headers.map(\.name) == ["Host", "A"].map { Array($0.utf8) })
    #expect(exchange.codes == ["http1.too-many-fields"])
    let short = limits { $0.sectionByteCount = 12 }
    let other = try #require(exchanges(events, limits: short).first)
    #expect(other.http?.request?.headers.count == 2)
    #expect(other.codes == ["http1.section-too-long"])
  }

  @Test func `of requests that wait reports the oldest unanswered`() {
    let events = dialogue(String(repeating: HTTP1Samples.get, count: 4), Self.ok + Self.ok)
    let few = limits { $0.pendingExchangeCount = 2 }
    let found = exchanges(events, limits: few)
    #expect(found.map(\.index) == [0, 1, 2, 3])
    #expect(found.map { $0.http?.response?.status } == [nil, nil, 200, 200])
    #expect(found.map(\.codes) == [["http1.too-many-pending"], ["http1.too-many-pending"], [], []])
    #expect(splittingDifference(events, limits: few) == nil)
  }

  @Test func `of interim responses keeps the first`() throws {
    let events = dialogue(
      HTTP1Samples.get, String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 5) + Self.ok)
    let exchange = try #require(exchanges(events, limits: limits { $0.interimCount = 3 }).first)
    #expect(exchange.http?.interim.count == 3)
    #expect(exchange.codes == ["http1.too-many-interim"])
  }

  @Test func `of searching gives a direction up`() {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server(Self.ok + String(repeating: "junk\r\n", count: 30) + Self.ok)
    script.finish()
    let near = limits { $0.resynchronisationByteCount = 100 }
    let found = exchanges(script.events, limits: near)
    #expect(found.map { $0.http?.response?.status } == [200, nil])
    #expect(found.last?.opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 218))
    #expect(found.last?.codes == ["http1.start-line-invalid", "http1.given-up"])
    #expect(splittingDifference(script.events, limits: near) == nil)
  }

  @Test func `of findings counts the rest`() throws {
    let lines = (1...10).map { "no field \($0)\r\n" }.joined()
    let events = dialogue("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n", Self.ok)
    var few = InspectionLimits()
    few.findingCount = 3
    let exchange = try #require(exchanges(events, limits: few).first)
    #expect(exchange.codes == Array(repeating: "http1.field-without-colon", count: 3) + ["findings-omitted"])
    #expect(exchange.findings.last?.detail == "7 more findings are not shown")
  }

  @Test func `of undecided bytes ends the waiting`() {
    var script = EventScript()
    script.client(String(repeating: "x", count: 300))
    script.client(HTTP1Samples.get)
    script.server(Self.ok)
    script.finish()
    var little = InspectionLimits()
    little.undecidedByteCount = 256
    let found = exchanges(script.events, limits: little)
    #expect(found.map(\.opaque) == [OpaqueCounts(clientByteCount: 337, serverByteCount: 38)])
    #expect(splittingDifference(script.events, limits: little) == nil)
    // With more patience the server's words decide.
    #expect(exchanges(script.events).compactMap(\.http).count == 1)
  }

  private func limits(_ change: (inout HTTP1Limits) -> Void) -> InspectionLimits {
    var limits = InspectionLimits()
    change(&limits.http1)
    return limits
  }
}
