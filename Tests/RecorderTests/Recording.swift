import CaptureFile
import Recorder
import SessionEvents
import TestSupport

/// A recording made in a test, and what its recorder forwarded.
struct Recording {
  let files: TemporaryDirectory
  var path: String { files.path("a.pcap") }
  private(set) var forwarded: [PacketEvent] = []
  private(set) var summary: RecordingSummary

  /// Records these events to the end.
  init(
    _ events: [SessionEvent], _ adjust: (inout RecorderConfiguration) -> Void = { _ in },
    recorder prepare: (inout SessionRecorder) -> Void = { _ in }
  ) throws {
    files = try TemporaryDirectory()
    var configuration = RecorderConfiguration(
      path: files.path("a.pcap"), tool: "wiretape 0.1.0", created: Timestamp(nanoseconds: 1_000_000_000))
    adjust(&configuration)
    var recorder = try SessionRecorder(configuration)
    prepare(&recorder)
    var forwarded: [PacketEvent] = []
    for event in events {
      try recorder.record(event) { forwarded.append(PacketEvent($0, packet: $1)) }
    }
    try recorder.finish { forwarded.append(PacketEvent($0, packet: $1)) }
    self.forwarded = forwarded
    summary = recorder.summary
  }

  /// Every packet and sidecar line in order.
  func parts() throws -> [RecordingPart] { try RecorderTests.parts(ofRecordingAt: path) }

  func lines() throws -> [SidecarLine] { try parts().lines }
}

/// Events of one session, in the making.
struct Script {
  let id: SessionID
  private(set) var events: [SessionEvent] = []
  private var time: Int64

  init(
    _ session: UInt64 = 1, transport: TransportProtocol = .tcp, client: String = "10.0.0.1:40000",
    server: String = "93.184.216.34:80", at time: Int64 = 1_764_000_000_000_000_000
  ) {
    id = SessionID(session)
    self.time = time
    add(
      .opened(
        SessionOpening(
          transport: transport, client: Endpoint(client)!, originalDestination: Endpoint(server)!,
          interception: .sandbox,
          process: ProcessFacts(
            uid: 1000, user: "alice", pid: 7, name: "curl", executable: "/usr/bin/curl",
            commandLine: ["curl", "https://example.com/"],
            cgroup: "/user.slice/user-1000.slice/session-2.scope",
            unit: "session-2.scope"))))
  }

  mutating func add(_ kinds: SessionEvent.Kind...) {
    for kind in kinds {
      events.append(
        SessionEvent(
          session: id, index: UInt64(events.count), time: Timestamp(nanoseconds: time), kind: kind))
      time += 1_234_567
    }
  }

  mutating func client(_ bytes: [UInt8]) { add(.bytes(.clientToServer, bytes)) }
  mutating func server(_ bytes: [UInt8]) { add(.bytes(.serverToClient, bytes)) }
  mutating func client(_ text: String) { client(Array(text.utf8)) }
  mutating func server(_ text: String) { server(Array(text.utf8)) }

  mutating func secure(alpn: String? = nil) {
    let facts = TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: alpn)
    add(.secured(.server, facts), .secured(.client, facts))
  }

  mutating func close(_ end: SessionEnd = .fin, cause: SessionFailure? = nil) {
    add(.closed(SessionClosing(end, cause: cause)))
  }

  /// The bytes of one direction.
  func stream(_ direction: Direction) -> [UInt8] {
    var stream: [UInt8] = []
    for event in events {
      if case .bytes(direction, let bytes) = event.kind { stream += bytes }
    }
    return stream
  }

  /// A request, an answer, and an orderly end.
  static func exchange(
    _ session: UInt64, client: String, server: String, secured alpn: String?? = .none
  ) -> Script {
    var script = Script(session, client: client, server: server)
    if let alpn { script.secure(alpn: alpn) }
    script.client("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    script.add(.halfClosed(.clientToServer), .halfClosed(.serverToClient))
    script.close()
    return script
  }
}

/// Bytes that differ from place to place, of which tshark makes no protocol.
func noise(_ count: Int, seed: UInt64 = 5) -> [UInt8] {
  var random = SeededRandom(seed: seed)
  var bytes: [UInt8] = [0xff]
  bytes.reserveCapacity(count + 8)
  while bytes.count < count {
    let word = random.next()
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return Array(bytes.prefix(count))
}

/// The events of several sessions, one from each in turn.
func interleaved(_ scripts: [Script]) -> [SessionEvent] {
  var events: [SessionEvent] = []
  for index in 0..<(scripts.map(\.events.count).max() ?? 0) {
    for script in scripts where index < script.events.count { events.append(script.events[index]) }
  }
  return events
}
