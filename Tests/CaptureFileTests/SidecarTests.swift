import CaptureFile
import Foundation
import SessionEvents
import TestSupport
import Testing

@Suite struct Sidecar {
  private let files: TemporaryDirectory
  private static let header = SidecarHeader(
    created: Timestamp(nanoseconds: 1_764_000_000_000_000_001), tool: "wiretape 0.1.0", linkType: "raw",
    command: ["curl", "-s", "https://example.com/\u{e9}\u{1}\"\\"])

  init() throws {
    files = try TemporaryDirectory()
  }

  private static func certificate(_ subject: String) -> CertificateFacts {
    CertificateFacts(
      subject: subject, issuer: "CN=Test CA, O=\"Quoted\"",
      names: ["example.com", "*.example.com", "2001:db8::1"],
      notBefore: Timestamp(nanoseconds: -1_000_000_000),
      notAfter: Timestamp(nanoseconds: 4_102_444_799_000_000_000),
      sha256: (0..<32).map { UInt8($0 * 7) })
  }

  private static let v4 = SessionOpening(
    transport: .tcp, client: Endpoint("10.0.0.1:40000")!, originalDestination: Endpoint("93.184.216.34:443")!,
    interception: .sandbox,
    process: ProcessFacts(
      uid: 1000, user: "alice", pid: 77, name: "curl", executable: "/usr/bin/curl",
      commandLine: ["curl", "-H", "X: \"\n", ""], isCommandLineCut: true, cgroup: "/a.slice/b.service",
      unit: "b.service"))
  private static let v6 = SessionOpening(
    transport: .udp, client: Endpoint("[2001:db8::1]:5353")!, originalDestination: Endpoint("[::1]:53")!,
    interception: .redirect, process: ProcessFacts(uid: 0))
  private static let unknownProcess = SessionOpening(
    transport: .tcp, client: Endpoint("10.0.0.1:1")!, originalDestination: Endpoint("10.0.0.2:2")!,
    interception: .capture)

  private static let totals = SessionTotals(
    client: StreamTotals(byteCount: 1, crc32c: 0xdead_beef, packetCount: 1),
    server: StreamTotals(byteCount: .max, crc32c: 0x0000_00ff, packetCount: 3))

  static let contents: [SidecarLine.Content] =
    [
      .opened(v4, shown: nil),
      .opened(
        v4,
        shown: ShownEndpoints(
          client: Endpoint("10.0.0.1:39999")!, server: Endpoint("93.184.216.34:80")!)),
      .opened(v6, shown: nil), .opened(unknownProcess, shown: nil),
      .clientHello([]), .clientHello((0..<600).map { UInt8(truncatingIfNeeded: $0) }),
      .secured(.client, TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: nil)),
      .secured(
        .server,
        TLSFacts(
          version: "TLSv1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", alpn: "h2",
          certificates: [certificate("CN=example.com"), certificate("CN=Zwischen-CA\n")],
          certificateErrors: ["certificate has expired", "hostname mismatch"])),
      .bypassed(.requested("*.bank.example")), .bypassed(.clientCertificateRequired),
      .bypassed(.unsupported("encrypted client hello")),
      .gap(.clientToServer, byteCount: 5), .gap(.serverToClient, byteCount: .max),
      .halfClosed(.clientToServer), .halfClosed(.serverToClient),
      .closed(SessionClosing(.fin), totals), .closed(SessionClosing(.reset(by: .client)), totals),
      .closed(SessionClosing(.reset(by: .server)), SessionTotals()), .closed(SessionClosing(.idle), totals),
      .lost(
        RecordingLoss(reason: "write: No space left on device", packetCount: 1, eventCount: 2, byteCount: 3)),
      .unknown("resumed"),
    ]
    + [
      SessionFailure.upstreamUnreachable("Connection refused"), .tlsFailed(.client, "bad certificate"),
      .tlsFailed(.server, "wrong version number"), .certificateRejected("certificate has expired"),
      .idleTimeout,
      .relayStopped,
    ].map { .closed(SessionClosing(.open, cause: $0), totals) }

  private func line(_ content: SidecarLine.Content, after: UInt64 = 3) -> SidecarLine {
    SidecarLine(
      after: after, session: SessionID(.max), time: Timestamp(nanoseconds: 1_764_000_000_999_999_999),
      packet: 4,
      content: content)
  }

  private func readAll(_ path: String) throws -> (lines: [SidecarLine], isCutShort: Bool) {
    var reader = try SidecarReader(path: path)
    var lines: [SidecarLine] = []
    while let line = try reader.next() { lines.append(line) }
    return (lines, reader.isCutShort)
  }

  @Test func `brings back everything that was written`() throws {
    let path = files.path("a.sessions.jsonl")
    var writer = try SidecarWriter(path: path, header: Self.header)
    var lines = Self.contents.map { line($0) }
    lines.append(
      SidecarLine(
        after: .max, session: nil, time: Timestamp(nanoseconds: 0),
        content: .lost(RecordingLoss(reason: "full"))))
    for line in lines { try writer.write(line) }
    try writer.close()
    let reader = try SidecarReader(path: path)
    let header = reader.header
    #expect(header == Self.header)
    let (read, isCutShort) = try readAll(path)
    #expect(read == lines)
    #expect(!isCutShort)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(attributes[.size] as? Int == (try files.read("a.sessions.jsonl")).count)
  }

  @Test func `is JSON for other programs too`() throws {
    var writer = try SidecarWriter(path: files.path("a"), header: Self.header)
    for content in Self.contents { try writer.write(line(content)) }
    try writer.close()
    let script =
      "import sys,json; print(sum(json.loads(l)['session'] for l in list(open(sys.argv[1]))[1:]) % 1000)"
    let run = try ToolRun(["python3", "-c", script, files.path("a")])
    #expect(run.status == 0, "\(run.errors)")
  }

  private func write(_ lines: String...) throws -> String {
    try files.write(
      Array(lines.map { $0 + "\n" }.joined().utf8), to: "a.sessions.jsonl")
  }

  private static let head =
    #"{"v":1,"format":"wiretape-sessions","created":"2026-11-24T08:00:00.000000000Z"}"#
  private static let bypassed =
    #"{"after":0,"session":1,"time":"2026-11-24T08:00:00.000000000Z","event":"bypassed","reason":"client_certificate_required"}"#

  @Test func `passes over fields that it does not know`() throws {
    let path = try write(
      Self.head.replacing("{", with: #"{"x":{"y":[1,null]},"#),
      Self.bypassed.replacing("{", with: #"{"mood":"good","deep":[{}],"#))
    #expect(try readAll(path).lines.map(\.content) == [.bypassed(.clientCertificateRequired)])
  }

  @Test func `reads what older sidecars have of a process`() throws {
    let path = try write(
      Self.head,
      Self.bypassed.replacing(
        #""event":"bypassed","reason":"client_certificate_required""#,
        with: #""event":"opened","transport":"tcp","client":"10.0.0.1:1","server":"10.0.0.2:2","#
          + #""interception":"sandbox","process":{"pid":7,"uid":1000,"name":"curl","executable":null}"#))
    guard case .opened(let opening, nil) = try readAll(path).lines.first?.content else {
      Issue.record("no session is opened")
      return
    }
    #expect(opening.process == ProcessFacts(uid: 1000, pid: 7, name: "curl"))
  }

  @Test func `refuses another major version`() throws {
    let path = try write(Self.head.replacing(#""v":1"#, with: #""v":2"#))
    let error = #expect(throws: CaptureError.self) { _ = try SidecarReader(path: path) }
    #expect(error?.description == "'\(path)' has format version 2; this program reads version 1")
    #expect(error?.hint == "use a newer wiretape, or move the sidecar away to read the packets alone")
  }

  @Test func `refuses what is no sidecar`() throws {
    for text in ["hello", "{}", #"{"v":1}"#, "[1]", "\u{0}\u{1}"] {
      let path = try write(text)
      #expect(throws: CaptureError.notASidecar(path: path)) { _ = try SidecarReader(path: path) }
    }
  }

  struct BadLine {
    var text: String
    var message: String
  }

  static let badLines = [
    BadLine(text: "nonsense", message: "no sidecar line in JSON"),
    BadLine(text: "{}", message: #"no field "after""#),
    BadLine(text: bypassed.replacing(#""after":0,"#, with: ""), message: #"no field "after""#),
    BadLine(text: bypassed.replacing(#""session":1,"#, with: ""), message: #"no field "session""#),
    BadLine(
      text: bypassed.replacing("2026-11-24T08", with: "2026-13-24T08"),
      message: #"field "time" is no time: "2026-13-24T08:00:00.000000000Z""#),
    BadLine(
      text: bypassed.replacing(#""event":"bypassed""#, with: #""event":"gap","bytes":1,"direction":"up""#),
      message: #"field "direction" has unknown value "up""#),
    BadLine(
      text: bypassed.replacing(
        #""event":"bypassed""#,
        with:
          #""event":"opened","transport":"tcp","interception":"sandbox","client":"x","server":"10.0.0.1:1""#),
      message: #"field "client" is no address and port: "x""#),
    BadLine(
      text: bypassed.replacing(#""event":"bypassed""#, with: #""event":"client_hello","hello":"*""#),
      message: #"field "hello" is no base64"#),
  ]

  @Test(arguments: badLines) func `names a bad line and what is wrong with it`(_ bad: BadLine) throws {
    let path = try write(Self.head, Self.bypassed, bad.text, Self.bypassed)
    var reader = try SidecarReader(path: path)
    let first = try reader.next()
    #expect(first != nil)
    var message: String?
    do throws(CaptureError) { _ = try reader.next() } catch { message = error.description }
    #expect(message == "'\(path)': line 3: \(bad.message)")
  }

  @Test func `drops a last line that is cut short, and says so`() throws {
    let whole = Array((Self.head + "\n" + Self.bypassed + "\n" + Self.bypassed).utf8)
    let secondEnd = Self.head.utf8.count + 1 + Self.bypassed.utf8.count + 1
    for count in 0...whole.count {
      let path = try files.write(Array(whole.prefix(count)), to: "cut.sessions.jsonl")
      let (lines, isCutShort) = try readAll(path)
      // A whole line may lack its newline.
      let firstIsWhole = count >= secondEnd - 1
      #expect(lines.count == (count == whole.count ? 2 : firstIsWhole ? 1 : 0))
      let ends = [Self.head.utf8.count, Self.head.utf8.count + 1, secondEnd - 1, secondEnd, whole.count]
      #expect(isCutShort == !ends.contains(count))
    }
  }

  @Test func `reads lines longer than its buffer`() throws {
    let hello = [UInt8](repeating: 0xab, count: 60_000)
    var writer = try SidecarWriter(path: files.path("a"), header: Self.header)
    for _ in 0..<2 { try writer.write(line(.clientHello(hello))) }
    try writer.close()
    #expect(try readAll(files.path("a")).lines == Array(repeating: line(.clientHello(hello)), count: 2))
  }

  @Test func `stands beside its capture`() {
    #expect(sidecarPath(forCapture: "dir/a.pcap") == "dir/a.sessions.jsonl")
    #expect(sidecarPath(forCapture: "a.pcapng") == "a.sessions.jsonl")
    #expect(sidecarPath(forCapture: "a.cap") == "a.sessions.jsonl")
    #expect(sidecarPath(forCapture: "a.pcap.gz") == "a.sessions.jsonl")
    #expect(sidecarPath(forCapture: "dir/a.pcapng.zst") == "dir/a.sessions.jsonl")
    #expect(sidecarPath(forCapture: "a.gz") == "a.gz.sessions.jsonl")
    #expect(sidecarPath(forCapture: ".pcap.gz") == ".pcap.gz.sessions.jsonl")
    #expect(sidecarPath(forCapture: "trace") == "trace.sessions.jsonl")
    #expect(sidecarPath(forCapture: ".pcap") == ".pcap.sessions.jsonl")
    #expect(sidecarPath(forCapture: "dir/.pcap") == "dir/.pcap.sessions.jsonl")
    #expect(sidecarPath(forCapture: "-") == nil)
  }
}
