import Glibc
import SessionEvents
import Testing

@testable import Relay

@Suite struct `DNS by nameservers` {
  private let query = DNSMessages.query(id: 0xabcd, "example.com")

  @Test func `answers from where it was asked, and records the client's exchange`() throws {
    let server = DNSTestServer()
    let world = try DNSWorld([server])
    let client = world.client()
    client.send(query)
    let answer = DNSMessages.answer(to: query)
    #expect(client.receive() == answer)
    let session = try #require(world.recorded().first)
    guard case .opened(let opening) = session.first else {
      Issue.record("not opened: \(session)")
      return
    }
    #expect(opening.transport == .udp)
    #expect(opening.client == Endpoint(address: .v4(0x7f00_0001), port: client.port))
    #expect(opening.originalDestination == Endpoint(address: .v4(0x7f00_0001), port: 53))
    #expect(
      session.dropFirst() == [
        .datagram(.clientToServer, query), .datagram(.serverToClient, answer),
        .closed(SessionClosing(.idle)),
      ])
    // The nameserver was asked the same under another id.
    #expect(server.queries.map { $0.dropFirst(2) } == [query.dropFirst(2)])
  }

  @Test func `asks under ids and from ports of chance`() throws {
    let server = DNSTestServer()
    let world = try DNSWorld([server])
    let client = world.client()
    for number in 0..<50 {
      client.send(DNSMessages.query(id: 1, "host\(number).example"))
      #expect(client.receive().map(DNSMessages.id) == 1)
    }
    #expect(Set(server.queries.map(DNSMessages.id)).count > 40)
  }

  struct Misbehaviour: CustomTestStringConvertible {
    var testDescription: String
    var reply: @Sendable (_ query: [UInt8], _ answer: [UInt8]) -> [DNSTestServer.Reply]
  }

  static let misbehaviours = [
    Misbehaviour(testDescription: "a wrong id") { _, answer in
      [.message([answer[0] ^ 0xff] + answer.dropFirst())]
    },
    Misbehaviour(testDescription: "another source") { _, answer in [.fromElsewhere(answer)] },
    Misbehaviour(testDescription: "another question") { query, _ in
      [.message(DNSMessages.answer(to: query, recordCount: 7, name: "example.org"))]
    },
    Misbehaviour(testDescription: "the query itself") { query, _ in [.message(query)] },
    Misbehaviour(testDescription: "a part of a header") { query, _ in [.message(Array(query.prefix(9)))] },
    Misbehaviour(testDescription: "one byte") { query, _ in [.message([query[0]])] },
    Misbehaviour(testDescription: "nothing") { _, _ in [.message([])] },
  ]

  @Test(arguments: misbehaviours) func `drops what is no answer, and waits for one`(item: Misbehaviour) throws
  {
    let server = DNSTestServer { query, _, _ in
      let answer = DNSMessages.answer(to: query, recordCount: 2)
      return item.reply(query, DNSMessages.answer(to: query)) + [.message(answer)]
    }
    let world = try DNSWorld([server])
    #expect(world.answer(to: query) == DNSMessages.answer(to: query, recordCount: 2))
    // The kernel drops what comes from elsewhere.
    #expect(world.relay.dnsReadings.mismatchCount == (item.testDescription == "another source" ? 0 : 1))
    #expect(server.queries.count == 1)
  }

  @Test func `tries again, and the next server, after a time-out`() throws {
    let silent = DNSTestServer { _, _, _ in [] }
    let server = DNSTestServer { query, _, number in
      number == 1 ? [] : [.message(DNSMessages.answer(to: query))]
    }
    let world = try DNSWorld([silent, server], timeout: .milliseconds(500), attempts: 4)
    #expect(world.answer(to: query) == DNSMessages.answer(to: query))
    #expect(silent.queries.count == 2)
    #expect(server.queries.count == 2)
    #expect(world.relay.dnsReadings.timeoutCount == 3)
    #expect(world.relay.dnsReadings.retryCount == 3)
    // From now on the silent one is not waited for.
    let other = DNSMessages.query("example.org")
    #expect(world.answer(to: other) == DNSMessages.answer(to: other))
    #expect(silent.queries.count == 2)
  }

  @Test func `says SERVFAIL where nobody answers, and records it`() throws {
    let world = try DNSWorld(
      [DNSTestServer { _, _, _ in [] }], timeout: .milliseconds(50), attempts: 2)
    let client = world.client()
    client.send(query)
    let failure = try #require(client.receive())
    #expect(
      failure == DNSMessages.header(0xabcd, 0x8182, questions: 1) + DNSMessages.question("example.com", 1))
    #expect(world.relay.dnsReadings.unansweredCount == 1)
    #expect(world.recorded().first?.dropFirst(2).first == .datagram(.serverToClient, failure))
  }

  @Test func `says SERVFAIL at once where its only server's port is dead`() throws {
    let world = try DNSWorld([], endpoints: [DNSTestServer.deadPort()])
    let clock = ContinuousClock()
    let start = clock.now
    #expect(world.answer(to: query).map(DNSMessages.rcode) == 2)
    #expect(clock.now - start < .seconds(5))
  }

  @Test func `asks the next server where one's port is dead`() throws {
    let server = DNSTestServer()
    let world = try DNSWorld([server], endpoints: [DNSTestServer.deadPort(), server.endpoint])
    for _ in 0..<2 { #expect(world.answer(to: query) == DNSMessages.answer(to: query)) }
  }

  @Test func `asks the next server where one fails`() throws {
    let failing = DNSTestServer { query, _, _ in
      [.message(DNSMessages.answer(to: query, recordCount: 0, rcode: 2))]
    }
    let world = try DNSWorld([failing, DNSTestServer()])
    #expect(world.answer(to: query) == DNSMessages.answer(to: query))
  }

  /// Says over UDP that the answer is too long, and gives it over TCP.
  private static let truncating: DNSTestServer.Behaviour = { query, isTCP, _ in
    [
      .message(
        DNSMessages.answer(to: query, recordCount: isTCP ? 60 : 0, isTruncated: !isTCP, payloadSize: 1_232))
    ]
  }

  @Test func `asks over TCP for a truncated answer, for a client that takes it`() throws {
    let server = DNSTestServer(Self.truncating)
    let world = try DNSWorld([server])
    let query = DNSMessages.query(payloadSize: 1_232)
    let expected = DNSMessages.answer(to: query, recordCount: 60, payloadSize: 1_232)
    #expect(world.answer(to: query) == expected)
    #expect(server.tcpQueryCount == 1)
  }

  @Test func `truncates an answer for a client that does not take it`() throws {
    let world = try DNSWorld([DNSTestServer(Self.truncating)])
    let answer = try #require(world.answer(to: query))
    #expect(DNSMessages.isTruncated(answer))
    #expect(answer.count <= 512)
    #expect(DNSMessages.questionBytes(of: answer) == DNSMessages.questionBytes(of: query))
  }

  @Test func `truncates an answer that a server sends although it is too long`() throws {
    let server = DNSTestServer { query, _, _ in
      [.message(DNSMessages.answer(to: query, recordCount: 4_000))]
    }
    let world = try DNSWorld([server])
    #expect(world.answer(to: query).map { $0.count <= 512 && DNSMessages.isTruncated($0) } == true)
    let patient = DNSMessages.query(payloadSize: 65_535)
    #expect(world.answer(to: patient)?.count == 29 + 4_000 * 16)
  }

  @Test func `passes a truncated answer on where TCP fails`() throws {
    let server = DNSTestServer { query, isTCP, _ in
      isTCP ? [.close] : [.message(DNSMessages.answer(to: query, isTruncated: true))]
    }
    let world = try DNSWorld([server])
    #expect(world.answer(to: query) == DNSMessages.answer(to: query, isTruncated: true))
  }

  @Test func `asks nobody what cannot be understood, and answers what can be answered`() throws {
    let server = DNSTestServer()
    let world = try DNSWorld([server])
    let client = world.client()
    // No header; a response; then what must be answered.
    client.send([1, 2, 3])
    client.send(DNSMessages.answer(to: query))
    client.send(DNSMessages.header(5, 0x0100, questions: 1) + [3, 1])
    #expect(client.receive() == DNSMessages.header(5, 0x8181, questions: 0))
    client.send(DNSMessages.header(6, 0x0100, questions: 2) + DNSMessages.question("a", 1))
    #expect(client.receive().map(DNSMessages.rcode) == 1)
    // A zone transfer, and an update (RFC 2136).
    client.send(DNSMessages.query(type: 252))
    #expect(client.receive().map(DNSMessages.rcode) == 4)
    client.send(DNSMessages.query(flags: 0x2800))
    #expect(client.receive().map(DNSMessages.rcode) == 4)
    #expect(server.queries.isEmpty)
    // All of it is recorded: six datagrams and four answers.
    #expect(world.recorded().first?.count == 12)
  }

  @Test func `answers many clients, none with another's answer`() throws {
    let world = try DNSWorld([DNSTestServer()])
    let clients = (0..<200).map { _ in world.client() }
    for (number, client) in clients.enumerated() {
      client.send(DNSMessages.query(id: 1, "host\(number).example"))
    }
    for (number, client) in clients.enumerated() {
      let query = DNSMessages.query(id: 1, "host\(number).example")
      #expect(client.receive() == DNSMessages.answer(to: query))
    }
    #expect(world.recorded().count == 200)
  }

  @Test func `ends a silent client's session, and opens another when it speaks again`() throws {
    let world = try DNSWorld([DNSTestServer()], idleTimeout: .milliseconds(100))
    let client = world.client()
    client.send(query)
    #expect(client.receive() != nil)
    #expect(world.events.afterClosing()?.last == .closed(SessionClosing(.idle)))
    client.send(query)
    #expect(client.receive() != nil)
    #expect(world.recorded().count == 2)
  }

  @Test func `records and answers nothing for its own process`() throws {
    struct Own: ProcessAttribution {
      func process(
        transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
      ) -> ProcessFacts? {
        ProcessFacts(uid: getuid(), pid: getpid(), name: "tests")
      }
    }
    let world = try DNSWorld([DNSTestServer()], attribution: Own())
    let client = world.client()
    client.limitWaits(milliseconds: 200)
    client.send(query)
    #expect(client.receive() == nil)
    #expect(world.relay.readings.loopCount == 1)
    #expect(world.recorded().isEmpty)
  }

  @Test func `asks other nameservers once it is told of them`() throws {
    let first = DNSTestServer()
    let second = DNSTestServer()
    let world = try DNSWorld([first, second], endpoints: [first.endpoint])
    #expect(world.answer(to: query) != nil)
    world.relay.reconfigure(
      RelayConfiguration(interception: .redirect, dns: .nameservers([second.endpoint])))
    #expect(world.answer(to: query) != nil)
    #expect(first.queries.count == 1)
    #expect(second.queries.count == 1)
  }
}
