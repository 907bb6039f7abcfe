import ContentCoding
import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `An inspected session` {
  @Test func `is told from opened to closed, with exchanges between`() throws {
    var script = EventScript(at: 10)
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    script.finish()
    let observations = inspect(script.events)
    #expect(observations.count == 3)
    guard case .opened(let opened) = observations[0],
      case .exchange(let exchange, let during) = observations[1],
      case .closed(let closed) = observations[2]
    else {
      Issue.record("not opened, exchange, closed: \(observations)")
      return
    }
    #expect(opened.opened == EventScript.time(ofPacket: 10))
    #expect(opened.firstPacket == 10)
    #expect(opened.host == HostName(name: "198.51.100.7", source: .address))
    #expect(opened.closed == nil)
    #expect(exchange.packet == 11)
    #expect(exchange.start == EventScript.time(ofPacket: 11))
    #expect(exchange.end == EventScript.time(ofPacket: 12))
    #expect(during.clientByteCount == 37)
    #expect(during.serverByteCount == 40)
    #expect(closed.closed == EventScript.time(ofPacket: 15))
    #expect(closed.closing == SessionClosing(.fin))
  }

  @Test func `counts at an exchange what was read by then, not what its event brought besides`() {
    var script = EventScript()
    script.client(HTTP1Samples.get + HTTP1Samples.get)
    script.server(
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb")
    script.finish()
    let counts = inspect(script.events).map { observation in
      switch observation {
      case .opened(let summary), .exchange(_, let summary), .closed(let summary):
        ByteCountPair(client: summary.clientByteCount, server: summary.serverByteCount)
      }
    }
    #expect(
      counts == [
        ByteCountPair(client: 0, server: 0), ByteCountPair(client: 74, server: 39),
        ByteCountPair(client: 74, server: 78), ByteCountPair(client: 74, server: 78),
      ])
  }

  @Test func `takes times and packets from the bytes, wherever a message is split over events`() throws {
    var script = EventScript()
    script.client("\r\n")
    script.client("G")
    script.client("ET / HTTP/1.1\r\nHost: a\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na")
    script.server("bc")
    script.finish()
    let exchange = try #require(exchanges(script.events).first)
    #expect(exchange.packet == 3)
    #expect(exchange.start == EventScript.time(ofPacket: 3))
    #expect(exchange.end == EventScript.time(ofPacket: 6))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `of a protocol that nobody speaks is one opaque exchange`() throws {
    var script = EventScript(server: "198.51.100.7:22")
    script.server("SSH-2.0-abcde\r\n")
    script.client("SSH-x\r\n")
    script.server("abcdefgh\r\n")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.opaque) == [OpaqueCounts(clientByteCount: 7, serverByteCount: 25)])
    #expect(found.first?.packet == 2)
    #expect(found.first?.end == EventScript.time(ofPacket: 4))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `in which nothing is said has no exchange`() {
    var script = EventScript()
    script.finish()
    #expect(exchanges(script.events).isEmpty)
    #expect(inspect(script.events).count == 2)
  }

  @Test func `seen encrypted is its ClientHello, and what the server chose`() throws {
    var script = EventScript(server: "198.51.100.7:8443")
    script.client(CapturedHellos.split)
    script.server([22, 3, 3, 0, 90, 2, 0, 0, 86, 3, 3] + [UInt8](repeating: 1, count: 84))
    script.client([23, 3, 3, 0, 1, 0])
    script.finish()
    let observations = inspect(script.events)
    let found = exchanges(script.events)
    #expect(found.count == 2)
    #expect(found.first?.hello?.serverName == "clients2.google.com")
    #expect(found.first?.hello?.ja4 == "t13d1516h2_8daaf6152771_02713d6af862")
    #expect(found.first?.packet == 2)
    #expect(found.last?.serverHello?.version == "TLSv1.2")
    guard case .closed(let summary) = observations.last else {
      Issue.record("not closed")
      return
    }
    #expect(summary.host == HostName(name: "clients2.google.com", source: .sni))
    #expect(summary.hello == found.first?.hello)
    #expect(summary.clientByteCount == UInt64(CapturedHellos.split.count + 6))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `that was intercepted speaks https, under the name that the hello asked for`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.append(.clientHello(try hello(of: CapturedHellos.grease)))
    script.append(
      .secured(.server, TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: nil)))
    script.append(.secured(.client, TLSFacts(version: "TLSv1.2", cipher: "X", alpn: "http/1.1")))
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.1 204 No Content\r\n\r\n")
    script.finish()
    let observations = inspect(script.events)
    let found = exchanges(script.events)
    #expect(found.map(\.http?.request?.scheme) == ["https"])
    guard case .closed(let summary) = observations.last else {
      Issue.record("not closed")
      return
    }
    #expect(summary.host == HostName(name: "secure.adnxs.com", source: .sni))
    #expect(summary.serverTLS?.version == "TLSv1.3")
    #expect(summary.clientTLS?.version == "TLSv1.2")
  }

  @Test func `that was bypassed, or failed in its handshake, is its hello`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.append(.clientHello(try hello(of: CapturedHellos.grease)))
    script.append(.bypassed(.requested("*.adnxs.com")))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.hello?.ja3) == ["b32309a26951912be7dba376398abc3b"])
    #expect(found.first?.packet == 2)
  }

  @Test func `with HTTP/2 but no stream has no exchange`() {
    var script = EventScript()
    script.client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    script.server([0, 0, 0, 4, 0, 0, 0, 0, 0])
    script.finish()
    #expect(exchanges(script.events).isEmpty)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `ignores events out of turn`() {
    var script = EventScript()
    script.client("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
    script.close()
    let events = script.events
    let again = [events[1], events[0], events[0], events[1], events[2], events[2], events[1]]
    #expect(exchanges(again).count == 1)
    #expect(inspect(again).count == 3)
  }

  @Test func `keeps apart what interleaves`() {
    var first = EventScript(session: 1, server: "198.51.100.7:80")
    var second = EventScript(session: 2, server: "198.51.100.7:80", at: 100)
    for _ in 0..<3 {
      first.client("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
      second.client("GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
    }
    first.close()
    second.close()
    let found = exchanges(zip(first.events, second.events).flatMap { [$0, $1] })
    #expect(found.map(\.session.rawValue) == [1, 1, 1, 2, 2, 2])
    for exchange in found {
      let target = exchange.session.rawValue == 1 ? "/first" : "/second"
      #expect(exchange.http?.request?.target == Array(target.utf8))
    }
  }

  private struct ByteCountPair: Equatable {
    var client: UInt64
    var server: UInt64
  }

  private func hello(of stream: [UInt8]) throws -> [UInt8] {
    var assembler = ClientHelloAssembler()
    guard case .hello(let message) = assembler.receive(stream) else {
      throw NoHello()
    }
    return message
  }

  private struct NoHello: Error {}
}
