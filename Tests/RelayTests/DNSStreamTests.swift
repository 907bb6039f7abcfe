import Glibc
import SessionEvents
import Testing

@testable import Relay

@Suite struct `DNS over TCP by nameservers` {
  private let query = DNSMessages.query("example.com")

  @Test func `answers, and records both directions with the server that was meant`() throws {
    let world = try DNSWorld([DNSTestServer()])
    let client = world.connect()
    client.send(DNSMessages.framed(query))
    let answer = DNSMessages.answer(to: query)
    #expect(client.readFramed() == answer)
    client.finish()
    #expect(client.readEnd() == .fin)
    let kinds = try #require(world.events.afterClosing())
    guard case .opened(let opening) = kinds.first else {
      Issue.record("not opened: \(kinds)")
      return
    }
    #expect(opening.transport == .tcp)
    #expect(opening.originalDestination == DNSWorld.meant)
    #expect(
      kinds.dropFirst() == [
        .bytes(.clientToServer, DNSMessages.framed(query)),
        .bytes(.serverToClient, DNSMessages.framed(answer)), .halfClosed(.clientToServer),
        .halfClosed(.serverToClient), .closed(SessionClosing(.fin)),
      ])
  }

  @Test func `answers queries that come in one segment, and those that come in parts`() throws {
    let world = try DNSWorld([DNSTestServer()])
    let client = world.connect()
    let queries = (0..<300).map { DNSMessages.query(id: $0, "host\($0).example") }
    let bytes = queries.flatMap(DNSMessages.framed)
    client.send(Array(bytes.prefix(1_001)))
    client.send(Array(bytes.dropFirst(1_001)))
    var answers: [UInt16: [UInt8]] = [:]
    for _ in queries {
      let answer = try #require(client.readFramed())
      answers[DNSMessages.id(of: answer)] = answer
    }
    for (id, query) in queries.enumerated() {
      #expect(answers[UInt16(id)] == DNSMessages.answer(to: query))
    }
  }

  @Test func `answers what was asked before the client's end`() throws {
    let server = DNSTestServer { query, _, number in
      // The second try is answered, well behind the client's end.
      number == 1 ? [] : [.message(DNSMessages.answer(to: query))]
    }
    let world = try DNSWorld([server], timeout: .milliseconds(100))
    let client = world.connect()
    client.send(DNSMessages.framed(query))
    client.finish()
    #expect(client.readFramed() == DNSMessages.answer(to: query))
    #expect(client.readEnd() == .fin)
  }

  @Test func `gives whole what is too long for a datagram`() throws {
    let server = DNSTestServer { query, isTCP, _ in
      [.message(DNSMessages.answer(to: query, recordCount: isTCP ? 4_000 : 0, isTruncated: !isTCP))]
    }
    let world = try DNSWorld([server])
    let client = world.connect()
    client.send(DNSMessages.framed(query))
    #expect(client.readFramed() == DNSMessages.answer(to: query, recordCount: 4_000))
  }

  @Test func `says SERVFAIL rather than that an answer was truncated`() throws {
    let server = DNSTestServer { query, isTCP, _ in
      isTCP ? [.close] : [.message(DNSMessages.answer(to: query, isTruncated: true))]
    }
    let world = try DNSWorld([server])
    let client = world.connect()
    client.send(DNSMessages.framed(query))
    #expect(client.readFramed().map(DNSMessages.rcode) == 2)
  }

  @Test func `passes over what is no query`() throws {
    let world = try DNSWorld([DNSTestServer()])
    let client = world.connect()
    client.send([0, 0] + DNSMessages.framed([1]) + DNSMessages.framed(query))
    #expect(client.readFramed() == DNSMessages.answer(to: query))
  }

  @Test func `ends a silent connection in order`() throws {
    let world = try DNSWorld([DNSTestServer()], idleTimeout: .milliseconds(100))
    let client = world.connect()
    client.send(DNSMessages.framed(query))
    #expect(client.readFramed() != nil)
    #expect(client.readEnd() == .fin)
    client.finish()
    let kinds = try #require(world.events.afterClosing())
    #expect(
      kinds.suffix(3) == [
        .halfClosed(.serverToClient), .halfClosed(.clientToServer), .closed(SessionClosing(.fin)),
      ])
  }

  @Test func `resets a client that does not end a silent connection`() throws {
    let world = try DNSWorld([DNSTestServer()], idleTimeout: .milliseconds(50))
    let client = world.connect()
    #expect(client.readEnd() == .fin)
    let kinds = try #require(world.events.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.reset(by: .server), cause: .idleTimeout)))
  }

  @Test func `records the reset of a client`() throws {
    let world = try DNSWorld([DNSTestServer()])
    let client = world.connect()
    client.send(DNSMessages.framed(query))
    #expect(client.readFramed() != nil)
    client.reset()
    let kinds = try #require(world.events.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.reset(by: .client))))
  }

  @Test func `does not read on while a client does not take its answers`() throws {
    let server = DNSTestServer { query, isTCP, _ in
      [.message(DNSMessages.answer(to: query, recordCount: isTCP ? 4_000 : 0, isTruncated: !isTCP))]
    }
    let world = try DNSWorld([server])
    let client = world.connect()
    let flags = fcntl(client.descriptor, F_GETFL)
    _ = fcntl(client.descriptor, F_SETFL, flags | O_NONBLOCK)
    let queries = (UInt16(0)..<1_000).flatMap {
      DNSMessages.framed(DNSMessages.query(id: $0, "h\($0).example"))
    }
    var sent = 0
    var writable = pollfd(fd: client.descriptor, events: Int16(POLLOUT), revents: 0)
    // Each answer has 64 KiB: a relay without back-pressure would take all queries there are.
    while sent < 256 << 20, poll(&writable, 1, 500) == 1 {
      sent += max(0, Glibc.send(client.descriptor, queries, queries.count, Int32(MSG_NOSIGNAL)))
    }
    #expect(sent < 64 << 20)
  }
}
