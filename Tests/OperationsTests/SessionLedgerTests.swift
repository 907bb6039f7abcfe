import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import Operations

@Suite struct `Session ledger` {
  private let ledger = SessionLedger()

  private func play(_ script: EventScript) {
    for event in script.events { ledger.receive(event.event) }
  }

  @Test func `counts bytes, gaps and datagrams by direction`() {
    var tcp = EventScript(session: 1)
    tcp.client("12345")
    tcp.server("123")
    tcp.server("4")
    tcp.gap(.serverToClient, 1_000)
    var udp = EventScript(session: 2, transport: .udp)
    udp.clientDatagram([1, 2])
    udp.serverDatagram([3, 4, 5])
    udp.serverDatagram([6])
    play(tcp)
    play(udp)
    let totals = ledger.totals()
    #expect([totals.streamBytes.clientToServer, totals.streamBytes.serverToClient] == [5, 4])
    #expect([totals.gaps.clientToServer, totals.gaps.serverToClient] == [0, 1])
    #expect(totals.gapBytes.serverToClient == 1_000)
    #expect([totals.datagrams.clientToServer, totals.datagrams.serverToClient] == [1, 2])
    #expect([totals.datagramBytes.clientToServer, totals.datagramBytes.serverToClient] == [2, 4])
    let live = ledger.liveSessions()
    #expect(live.map(\.bytes.serverToClient) == [1_004, 4])
  }

  struct Ending: CustomTestStringConvertible, Sendable {
    var closing: SessionClosing
    var failure: FailureKind?
    var reset: Party?

    var testDescription: String { "\(closing)" }
  }

  static let endings = [
    Ending(closing: SessionClosing(.fin)),
    Ending(closing: SessionClosing(.reset(by: .client)), reset: .client),
    Ending(closing: SessionClosing(.reset(by: .server)), reset: .server),
    Ending(
      closing: SessionClosing(.reset(by: .server), cause: .upstreamUnreachable("Connection refused")),
      failure: .upstreamUnreachable, reset: .server),
    Ending(
      closing: SessionClosing(.fin, cause: .tlsFailed(.client, "unknown ca")), failure: .tlsFailedWithClient),
    Ending(
      closing: SessionClosing(.fin, cause: .tlsFailed(.server, "no shared cipher")),
      failure: .tlsFailedWithServer),
    Ending(
      closing: SessionClosing(.fin, cause: .certificateRejected("expired")), failure: .certificateRejected),
    Ending(closing: SessionClosing(.fin, cause: .idleTimeout), failure: .idleTimeout),
    Ending(closing: SessionClosing(.open, cause: .relayStopped), failure: .relayStopped),
  ]

  @Test(arguments: endings) func `counts how sessions end, and why`(_ ending: Ending) {
    var script = EventScript()
    script.append(.closed(ending.closing))
    play(script)
    let totals = ledger.totals()
    #expect(totals.closed[.tcp] == 1)
    #expect(totals.closed[.udp] == 0)
    #expect(FailureKind.allCases.filter { totals.failures[$0] == 1 } == [ending.failure].compactMap(\.self))
    #expect(totals.failures.total == (ending.failure == nil ? 0 : 1))
    #expect(Party.allCases.filter { totals.resets[$0] == 1 } == [ending.reset].compactMap(\.self))
    #expect(ledger.liveSessions() == [])
  }

  @Test func `follows a decrypted session from opening to close`() throws {
    var script = EventScript(session: 7, server: "198.51.100.7:443", at: 5)
    func session() throws -> LiveSession {
      play(script)
      script = EventScript(session: 7, server: "198.51.100.7:443", at: 5)
      return try #require(ledger.liveSessions().first)
    }
    var facts = try session()
    #expect(facts.state == .opening)
    #expect(facts.opened == EventScript.time(ofPacket: 5))
    #expect(facts.opening.originalDestination == Endpoint("198.51.100.7:443"))

    ledger.receive(event(.clientHello(clientHello(for: "www.example.com"))))
    facts = try #require(ledger.liveSessions().first)
    #expect(facts.state == .handshake)
    #expect(facts.serverName == "www.example.com")
    #expect(facts.treatment == nil)

    ledger.receive(event(.secured(.server, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "h2"))))
    ledger.receive(event(.secured(.client, TLSFacts(version: "TLSv1.2", cipher: "X", alpn: "h2"))))
    facts = try #require(ledger.liveSessions().first)
    #expect(facts.state == .relaying)
    #expect(facts.treatment == .decrypted)
    #expect(facts.tlsVersion == "TLSv1.2")
    #expect(facts.alpn == "h2")

    ledger.receive(event(.bytes(.clientToServer, [1, 2, 3])))
    ledger.receive(event(.halfClosed(.clientToServer)))
    facts = try #require(ledger.liveSessions().first)
    #expect(facts.state == .closing)
    #expect(facts.treatment == .decrypted)
    #expect(facts.bytes.clientToServer == 3)

    ledger.receive(event(.closed(SessionClosing(.fin))))
    #expect(ledger.liveSessions() == [])
    let totals = ledger.totals()
    #expect(totals.handshakes[HandshakeKind(.server, .tls13)] == 1)
    #expect(totals.handshakes[HandshakeKind(.client, .tls12)] == 1)
    #expect(totals.handshakes.total == 2)
    #expect(totals.treatments[.decrypted] == 1)
    #expect(totals.treatments.total == 1)
  }

  private func event(_ kind: SessionEvent.Kind) -> SessionEvent {
    SessionEvent(session: SessionID(7), index: 1, time: EventScript.time(ofPacket: 6), kind: kind)
  }

  @Test func `takes a session's first treatment for all of it`() throws {
    var plain = EventScript(session: 1)
    plain.client("EHLO")
    plain.append(.secured(.client, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: nil)))
    var bypassed = EventScript(session: 2)
    bypassed.append(.bypassed(.requested("*.bank.example")))
    play(plain)
    play(bypassed)
    let totals = ledger.totals()
    #expect(totals.treatments[.plain] == 1)
    #expect(totals.treatments[.bypassedByRequest] == 1)
    #expect(totals.treatments.total == 2)
    #expect(ledger.liveSessions().map(\.state) == [.relaying, .bypassed])
  }

  @Test func `counts handshakes with servers whose certificates do not stand`() {
    var script = EventScript()
    let facts = TLSFacts(
      version: "TLSv1.1", cipher: "X", alpn: nil, certificateErrors: ["certificate has expired"])
    script.append(.secured(.server, facts))
    play(script)
    #expect(ledger.totals().badCertificates == 1)
    #expect(ledger.totals().handshakes[HandshakeKind(.server, .other)] == 1)
  }

  @Test func `keeps no more of a name than a name can be long`() throws {
    var script = EventScript()
    script.append(.clientHello(clientHello(for: String(repeating: "a", count: 10_000))))
    play(script)
    #expect(ledger.liveSessions().first?.serverName == String(repeating: "a", count: 255))
  }

  @Test func `makes do with a ClientHello that makes no sense`() {
    var script = EventScript()
    script.append(.clientHello([1, 2, 3]))
    play(script)
    #expect(ledger.liveSessions().first?.serverName == nil)
  }

  @Test func `lists live sessions in order of opening`() {
    let order: [UInt64] = [40, 3, 17, 16, 1, 33]
    for id in order { play(EventScript(session: id)) }
    #expect(ledger.liveSessions().map(\.id.rawValue) == order.sorted())
  }

  @Test func `ignores what sessions do that it never saw open`() {
    ledger.receive(event(.bytes(.clientToServer, [1])))
    ledger.receive(event(.closed(SessionClosing(.fin))))
    #expect(ledger.liveSessions() == [])
    #expect(ledger.totals().closed.total == 0)
    #expect(ledger.totals().streamBytes.clientToServer == 1)
  }

  @Test func `loses nothing when many threads tell it things`() {
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for number in 0..<250 {
        // Every sixteenth session shares a lock.
        var script = EventScript(session: UInt64(thread * 250 + number + 1))
        for _ in 0..<10 { script.client("x") }
        if number % 2 == 0 { script.close() }
        play(script)
      }
    }
    let totals = ledger.totals()
    #expect(totals.opened[.tcp] == 2_000)
    #expect(totals.closed[.tcp] == 1_000)
    #expect(totals.streamBytes.clientToServer == 20_000)
    #expect(totals.treatments[.plain] == 2_000)
    #expect(ledger.liveSessions().count == 1_000)
  }
}
