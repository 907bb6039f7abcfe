import CLinux
import Glibc
import SessionEvents
import Synchronization
import Testing

@testable import Relay

@Suite struct `DNS at its limits` {
  private let silent = DNSTestServer { _, _, _ in [] }

  @Test func `drops queries beyond a number, and says so once`() throws {
    let world = try DNSWorld([silent], limits: DNSLimits(queryCount: 100))
    let client = world.client()
    for id in UInt16(0)..<150 { client.send(DNSMessages.query(id: id, "host\(id).example")) }
    // Answered behind all of those: it needs no nameserver, but a place.
    let other = world.client()
    other.limitWaits(milliseconds: 200)
    other.send(DNSMessages.query(type: 252))
    #expect(other.receive() == nil)
    #expect(world.relay.dnsReadings.droppedCount == 51)
    #expect(world.lines.all == ["warning: dropped a DNS query: 100 wait for nameservers, which is the limit"])
  }

  @Test func `stops a question that comes back again and again`() throws {
    let world = try DNSWorld([silent])
    let client = world.client()
    for id in UInt16(1)...65 {
      client.send(DNSMessages.query(id: id, id % 2 == 0 ? "loop.example" : "LOOP.example"))
    }
    let answer = try #require(client.receive())
    #expect(DNSMessages.id(of: answer) == 65)
    #expect(DNSMessages.rcode(of: answer) == 2)
    #expect(world.relay.dnsReadings.loopCount == 1)
    #expect(world.lines.all.filter { $0.hasPrefix("warning: answered SERVFAIL: a DNS question") }.count == 1)
  }

  @Test func `closes connections beyond a number, and says so once`() throws {
    let world = try DNSWorld([DNSTestServer()], limits: DNSLimits(connectionCount: 2))
    let query = DNSMessages.framed(DNSMessages.query())
    let first = world.connect()
    let second = world.connect()
    for client in [first, second] {
      client.send(query)
      #expect(client.readFramed() != nil)
    }
    for _ in 0..<2 { #expect(world.connect().readFramed() == nil) }
    #expect(world.lines.all.count == 1)
    first.finish()
    #expect(first.readEnd() == .fin)
    let third = world.connect()
    third.send(query)
    #expect(third.readFramed() != nil)
  }

  /// Runs the body on a thread without any capability, as are those that it starts.
  private func withoutCapabilities(_ body: @escaping @Sendable () throws -> Void) throws {
    let failure = Mutex<(any Error)?>(nil)
    TestThread.run {
      precondition(clinux_set_capabilities(0, 0, 0) == 0)
      do { try body() } catch { failure.withLock { $0 = error } }
    }
    if let error = failure.withLock(\.self) { throw error }
  }

  @Test func `asks nobody under a mark that it may not set`() throws {
    try withoutCapabilities {
      let server = DNSTestServer()
      let world = try DNSWorld([server], mark: 0x5754)
      let client = world.client()
      let stream = world.connect()
      for _ in 0..<2 {
        client.send(DNSMessages.query())
        #expect(client.receive().map(DNSMessages.rcode) == 2)
      }
      stream.send(DNSMessages.framed(DNSMessages.query()))
      #expect(stream.readFramed().map(DNSMessages.rcode) == 2)
      #expect(server.queries.isEmpty)
      let line =
        "warning: cannot ask nameserver \(server.endpoint): SO_MARK: Operation not permitted"
      #expect(world.lines.all == [line])
    }
  }

  @Test func `answers where it may not ask whom the client meant, and says so once`() throws {
    try withoutCapabilities {
      let world = try DNSWorld([DNSTestServer()], destination: .connectionTracking)
      for _ in 0..<2 {
        #expect(world.answer(to: DNSMessages.query()) == DNSMessages.answer(to: DNSMessages.query()))
      }
      let reached = Endpoint(address: .v4(0x7f00_0001), port: world.entrancePort)
      #expect(world.lines.all.count == 1)
      #expect(
        world.lines.all.first?.hasPrefix("warning: DNS servers are recorded as the relay's own") == true)
      let openings = world.recorded().compactMap { kinds in
        if case .opened(let opening) = kinds.first { opening.originalDestination } else { nil }
      }
      #expect(openings == [reached, reached])
    }
  }
}
