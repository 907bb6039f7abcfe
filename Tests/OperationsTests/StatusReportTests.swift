import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import Operations

@Suite struct `Status report` {
  private func report(_ sessions: [LiveSession] = [], readings: ServiceReadings = ServiceReadings()) throws
    -> String
  {
    let identity = ServiceIdentity(
      version: "0.1.0", pid: 42, started: Timestamp(nanoseconds: 1_000_000_000),
      listeners: [.init(.dnsOverUDP, try #require(Endpoint("[::1]:51053")))],
      configurationFile: "/etc/wiretape/relay.yaml")
    let report = StatusReport(
      identity: identity, readings: readings, totals: LedgerTotals(), sessions: sessions,
      now: Timestamp(nanoseconds: 61_000_000_000))
    return String(decoding: report.json(), as: UTF8.self)
  }

  @Test func `is one line of JSON, the schema first`() throws {
    let text = try report()
    let beginning = """
      {"v":1,"version":"0.1.0","pid":42,"started":"1970-01-01T00:00:01.000000000Z",\
      "configuration":"/etc/wiretape/relay.yaml",\
      "listeners":[{"purpose":"dns/udp","address":"[::1]:51053"}],\
      "now":"1970-01-01T00:01:01.000000000Z","uptime":60000000000,"recording":null,\
      "admission":{"paused":false,"pauses":0,"limit":null,"unredirected":0,"loops":0},
      """
    #expect(text.hasPrefix(beginning.trimmingCharacters(in: .newlines)))
    #expect(text.hasSuffix(#""live":0,"sessions":[]}"# + "\n"))
    #expect(text.filter { $0 == "\n" }.count == 1)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
  }

  @Test func `tells of a session what is known`() throws {
    let process = ProcessFacts(
      uid: 1_000, user: "alice", pid: 7, name: "curl", executable: "/usr/bin/curl",
      commandLine: ["curl", "-u", "alice:secret"], cgroup: "/a.slice/b.service", unit: "b.service")
    let opening = SessionOpening(
      transport: .tcp, client: try #require(Endpoint("127.0.0.1:40000")),
      originalDestination: try #require(Endpoint("198.51.100.7:443")), interception: .redirect,
      process: process)
    var session = LiveSession(
      id: SessionID(9), opened: Timestamp(nanoseconds: 60_000_000_000), opening: opening)
    session.serverName = "www.example.com"
    session.state = .closing
    session.treatment = .bypassedForClientCertificate
    session.bytes[.serverToClient] = 5
    #expect(
      try report([session]).hasSuffix(
        #""live":1,"sessions":[{"session":9,"transport":"tcp","client":"127.0.0.1:40000","#
          + #""server":"198.51.100.7:443","host":"www.example.com","opened":"1970-01-01T00:01:00.000000000Z","#
          + #""age":1000000000,"state":"closing","treatment":"bypassed_client_certificate_required","#
          + #""tls":null,"alpn":null,"client_bytes":0,"server_bytes":5,"process":{"pid":7,"uid":1000,"#
          + #""user":"alice","name":"curl","executable":"/usr/bin/curl","unit":"b.service"}}]}"# + "\n"))
  }

  @Test func `lists no more sessions than anybody reads`() throws {
    let opening = SessionOpening(
      transport: .udp, client: try #require(Endpoint("127.0.0.1:40000")),
      originalDestination: try #require(Endpoint("198.51.100.7:53")), interception: .redirect)
    let sessions = (1...10_001).map {
      LiveSession(id: SessionID($0), opened: Timestamp(nanoseconds: 0), opening: opening)
    }
    let text = try report(sessions)
    #expect(text.contains(#""live":10001,"#))
    #expect(text.components(separatedBy: #"{"session":"#).count == 10_001)
  }
}
