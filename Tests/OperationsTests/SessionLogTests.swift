import Logging
import SessionEvents
import TestSupport
import Testing

@testable import Operations

@Suite struct `Session log` {
  private static let process = ProcessFacts(
    uid: 1000, user: "alice", pid: 77, name: "curl", executable: "/usr/bin/curl",
    commandLine: ["curl", "--user", "alice:secret"])

  private func lines(at level: Logger.Level, _ events: [SessionEvent.Kind]) throws -> [String] {
    let lines = LogLines()
    let ledger = SessionLedger(log: SessionLog(logger: lines.logger(from: level)))
    let opening = SessionOpening(
      transport: .tcp, client: try #require(Endpoint("192.0.2.1:40000")),
      originalDestination: try #require(Endpoint("[2001:db8::7]:443")), interception: .redirect,
      process: Self.process)
    for (index, kind) in ([.opened(opening)] + events).enumerated() {
      ledger.receive(
        SessionEvent(
          session: SessionID(7), index: UInt64(index),
          time: EventScript.time(ofPacket: UInt64(index) * 100), kind: kind))
    }
    return lines.all
  }

  private static let opened =
    "debug: session opened client=192.0.2.1:40000 process=curl[77] server=[2001:db8::7]:443 session=7 transport=tcp "
    + "user=alice"

  @Test func `has a line when a session opens, and one with all about it when it is over`() throws {
    let lines = try lines(
      at: .debug,
      [
        .clientHello(clientHello(for: "www.example.com")),
        .secured(.server, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "h2")),
        .secured(.client, TLSFacts(version: "TLSv1.2", cipher: "X", alpn: "h2")),
        .bytes(.clientToServer, [1, 2, 3]), .bytes(.serverToClient, [1]), .halfClosed(.clientToServer),
        .halfClosed(.serverToClient), .closed(SessionClosing(.fin)),
      ])
    #expect(
      lines == [
        Self.opened,
        "debug: session closed alpn=h2 client=192.0.2.1:40000 client_bytes=3 end=closed host=www.example.com "
          + "milliseconds=800 process=curl[77] server=[2001:db8::7]:443 server_bytes=1 session=7 tls=TLSv1.2 "
          + "transport=tcp treatment=decrypted user=alice",
      ])
  }

  @Test func `says what went wrong, and what is wrong with the server's certificate`() throws {
    let facts = TLSFacts(
      version: "TLSv1.3", cipher: "X", alpn: nil, certificateErrors: ["certificate has expired"])
    let lines = try lines(
      at: .debug,
      [
        .secured(.server, facts),
        .closed(SessionClosing(.reset(by: .client), cause: .tlsFailed(.client, "alert unknown ca"))),
      ])
    #expect(
      lines.last
        == "debug: session closed cause=TLS failed on the client's side: alert unknown ca client=192.0.2.1:40000 "
        + "client_bytes=0 end=reset by the client milliseconds=200 process=curl[77] server=[2001:db8::7]:443 "
        + "server_bytes=0 server_certificate=certificate has expired session=7 transport=tcp user=alice")
  }

  @Test func `says nothing of sessions at info`() throws {
    #expect(try lines(at: .info, [.bytes(.clientToServer, [1]), .closed(SessionClosing(.fin))]) == [])
  }
}
