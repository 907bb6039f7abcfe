import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `DNS over HTTP` {
  /// RFC 8484 §4.2.2: the query of www.example.com for A, and the answer.
  static let query = [UInt8](hex: "00000100000100000000000003777777076578616d706c6503636f6d0000010001")
  static let answer = [UInt8](
    hex: """
      00008180000100010000000003777777076578616d706c6503636f6d0000010001
      03777777076578616d706c6503636f6d00000100010000008000 04c0000201
      """)
  static let target = "/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB"

  static let response: [UInt8] =
    Array(
      "HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\nContent-Length: \(answer.count)\r\n\r\n"
        .utf8)
    + answer

  @Test func `is told beside the POST that carries it, and names the addresses of later sessions`() throws {
    var script = EventScript()
    script.client(
      Array(
        "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\nContent-Length: \(Self.query.count)\r\n\r\n"
          .utf8) + Self.query)
    script.server(Self.response)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [1, 0])
    let dns = try #require(found.first?.dns)
    #expect(dns.query?.questions.first?.name == "www.example.com")
    #expect(dns.response?.answers.first?.data == "192.0.2.1")
    #expect(found.last?.http?.response?.status == 200)
    #expect(found.flatMap(\.codes) == [])
    #expect(found.first?.start == found.last?.start)
    #expect(splittingDifference(script.events) == nil)

    var later = EventScript(session: 2, server: "192.0.2.1:443", at: 100)
    later.close()
    let observations = inspect(script.events + later.events)
    guard case .closed(let summary) = try #require(observations.last) else { return }
    #expect(summary.host == HostName(name: "www.example.com", source: .dns))
  }

  @Test func `is found in the target of a GET`() throws {
    var script = EventScript()
    script.client("GET \(Self.target)&x=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    script.server(Self.response)
    script.finish()
    let dns = try #require(exchanges(script.events).first?.dns)
    #expect(dns.query?.questions.first?.name == "www.example.com")
    #expect(dns.response?.rcode == "NOERROR")
  }

  @Test func `is found in a GET whose client accepts an answer, though none came`() throws {
    let events = dialogue(
      "GET \(Self.target) HTTP/1.1\r\nHost: a\r\nAccept: text/html, application/dns-message;q=1\r\n\r\n", "")
    let found = exchanges(events)
    #expect(found.count == 2)
    #expect(found.first?.dns?.query?.id == 0)
    #expect(found.first?.dns?.response == nil)
  }

  @Test(arguments: [
    "/dns-query?dns=AAAB*AAB", "/dns-query", "/dns-query?x=y", "/?dns=AAAB", "/?dns=",
  ]) func `is not found where it is not`(target: String) throws {
    let found = exchanges(
      dialogue("GET \(target) HTTP/1.1\r\nHost: a\r\nAccept: application/dns-message\r\n\r\n", ""))
    #expect(found.count == 1)
    #expect(exchanges(dialogue("GET \(Self.target) HTTP/1.1\r\nHost: a\r\n\r\n", "")).count == 1)
  }

  @Test func `that is malformed is a finding, in its place`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n\r\n"
    script.server(Array(head.utf8) + Self.answer.dropLast())
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.codes) == [["dns.message-truncated"], []])
    #expect(found.first?.findings.first?.offset == UInt64(head.utf8.count + 33))

    let none = exchanges(dialogue(HTTP1Samples.get, head + "short"))
    #expect(none.map(\.codes) == [["dns.header-truncated"]])
  }
}
