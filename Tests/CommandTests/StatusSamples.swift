import Operations
import SessionEvents

/// What services tell of themselves.
enum StatusSamples {
  private static let started = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

  /// One with troubles of all kinds.
  static var busy: StatusReport {
    let identity = ServiceIdentity(
      version: "0.1.0", pid: 4_242, started: started,
      listeners: [
        .init(.tcp, endpoint("127.0.0.1:51080")), .init(.tls, endpoint("127.0.0.1:51443")),
        .init(.dnsOverUDP, endpoint("[::1]:51053")),
      ], configurationFile: "/etc/wiretape/relay.yaml")
    return StatusReport(
      identity: identity, readings: readings, totals: totals, sessions: sessions, now: time(after: 12_000))
  }

  static var idle: StatusReport {
    StatusReport(
      identity: ServiceIdentity(version: "0.1.0", pid: 4_242, started: started, listeners: []),
      readings: ServiceReadings(), totals: LedgerTotals(), sessions: [], now: time(after: 1))
  }

  private static func time(after seconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: started.nanoseconds + seconds * 1_000_000_000)
  }

  private static func endpoint(_ text: String) -> Endpoint {
    guard let endpoint = Endpoint(text) else { preconditionFailure("'\(text)' is no ADDR:PORT") }
    return endpoint
  }

  private static var readings: ServiceReadings {
    var recording = ServiceReadings.Recording()
    recording.file = "/var/lib/wiretape/20231114.pcap"
    recording.failure = "'20231113.pcap': write: No space left on device"
    recording.writtenBytes = 12_345_678
    recording.packets = 45_678
    recording.queuedEvents = 3
    recording.lostEvents = 17
    recording.lostBytes = 4_096
    var readings = ServiceReadings()
    readings.recording = recording
    readings.admission.isPaused = true
    readings.admission.unredirected = 1
    readings.admission.loops = 2
    return readings
  }

  private static var totals: LedgerTotals {
    var totals = LedgerTotals()
    totals.opened[.tcp] = 1_234
    totals.opened[.udp] = 56
    totals.treatments[.plain] = 100
    totals.treatments[.decrypted] = 1_100
    totals.treatments[.bypassedByRequest] = 7
    totals.streamBytes[.clientToServer] = 1_499_000
    totals.datagramBytes[.clientToServer] = 1_000
    totals.streamBytes[.serverToClient] = 20_000_000
    totals.failures[.upstreamUnreachable] = 8
    totals.failures[.tlsFailedWithClient] = 2
    totals.badCertificates = 4
    totals.resets[.server] = 3
    return totals
  }

  /// Not in the order in which they are shown.
  private static var sessions: [LiveSession] {
    let alice = ProcessFacts(uid: 1_000, user: "alice", pid: 1_234, name: "curl")
    var secondCurl = alice
    secondCurl.pid = 1_235
    let postgres = ProcessFacts(uid: 1_000, user: "alice", pid: 99_999, name: "postgres-worker")
    let dig = ProcessFacts(uid: 0, user: "root", pid: 77, name: "dig")

    var plain = session(3, age: 11_880_000_000_000, "[::1]:40000", "[2001:db8::7]:5432", postgres)
    plain.treatment = .plain
    plain.state = .relaying
    plain.bytes[.clientToServer] = 345_000
    var decrypted = session(7, age: 130_000_000_000, "127.0.0.1:40001", "198.51.100.7:443", alice)
    decrypted.treatment = .decrypted
    decrypted.state = .relaying
    decrypted.serverName = "www.example.com"
    decrypted.tlsVersion = "TLSv1.3"
    decrypted.alpn = "h2"
    decrypted.bytes[.clientToServer] = 1_234
    decrypted.bytes[.serverToClient] = 2_345_678
    var bypassed = session(
      12, age: 45_000_000_000, "127.0.0.1:40002", "198.51.100.7:443", ProcessFacts(uid: 1_001))
    bypassed.treatment = .bypassedByRequest
    bypassed.state = .bypassed
    bypassed.serverName = "bank.example"
    let opening = session(15, age: 900_000_000, "127.0.0.1:40003", "198.51.100.7:443", nil)
    var handshake = session(16, age: 12_000, "127.0.0.1:40004", "198.51.100.7:443", nil)
    handshake.state = .handshake
    handshake.serverName = "a\u{1b}[2J.example"
    var dns = session(123, age: 1_500_000_000, "127.0.0.1:40005", "198.51.100.7:53", dig)
    dns.opening.transport = .udp
    dns.state = .relaying
    dns.bytes[.clientToServer] = 30
    dns.bytes[.serverToClient] = 90
    var closing = session(4_000, age: 2_000_000_000, "127.0.0.1:40006", "198.51.100.7:443", secondCurl)
    closing.treatment = .decrypted
    closing.state = .closing
    closing.tlsVersion = "TLSv1.2"
    closing.bytes[.clientToServer] = 1
    return [closing, plain, decrypted, bypassed, dns, opening, handshake]
  }

  private static func session(
    _ id: UInt64, age: Int64, _ client: String, _ server: String, _ process: ProcessFacts?
  ) -> LiveSession {
    let opening = SessionOpening(
      transport: .tcp, client: endpoint(client), originalDestination: endpoint(server),
      interception: .redirect,
      process: process)
    let opened = Timestamp(nanoseconds: time(after: 12_000).nanoseconds - age)
    return LiveSession(id: SessionID(id), opened: opened, opening: opening)
  }
}
