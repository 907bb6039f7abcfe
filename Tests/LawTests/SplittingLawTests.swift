import SessionEvents
import TestSupport
import Testing

@Suite struct `Law 1: splitting` {
  @Test func `reports do not depend on how the bytes are split`() {
    var script = EventScript()
    script.client(
      "POST /form HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\na=bGET / HTTP/1.1\r\n")
    script.client("Host: example.com\r\n\r\n")
    script.server("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n")
    script.server("Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-End: yes\r\n\r\n")
    script.finish()
    let difference = EverySplit.firstDifference(of: script.events) { Reports($0) }
    #expect(difference == nil, "\(difference?.cut ?? "")")
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `reports of whole recordings do not depend on how the bytes are split`(seed: UInt64) throws {
    let events = try Recording(RandomTraffic.events(seed: seed)).forwarded
    var random = SeededRandom(seed: seed)
    let split = EverySplit.splitting(events) { count in
      (0..<min(count, 40)).map { _ in Int(random.next() % UInt64(max(1, count))) }.filter { $0 > 0 }.sorted()
    }
    #expect(split.count > events.count)
    #expect(Reports(split) == Reports(events))
  }
}
