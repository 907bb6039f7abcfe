import CaptureFile
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Port map` {
  private func ports(_ recording: Recording) throws -> [String] {
    try Tshark(path: recording.path).fields(["tcp.srcport", "tcp.dstport"], ["-Y", "tcp.flags == 0x0002"])
  }

  private func openings(_ recording: Recording) throws -> [SidecarLine.Content] {
    try recording.lines().map(\.content).filter { if case .opened = $0 { true } else { false } }
  }

  struct Case {
    var server: UInt16
    var alpn: String?
    var shown: UInt16
  }

  static let cases = [
    Case(server: 443, alpn: "h2", shown: 80), Case(server: 443, alpn: nil, shown: 80),
    Case(server: 853, alpn: "dot", shown: 53), Case(server: 465, shown: 25), Case(server: 993, shown: 143),
    Case(server: 8443, alpn: "h2", shown: 80), Case(server: 10443, alpn: "http/1.1", shown: 80),
    Case(server: 8443, alpn: nil, shown: 8443), Case(server: 5671, shown: 5672),
  ]

  @Test(arguments: cases) func `gives decrypted sessions their plaintext port`(_ testCase: Case) throws {
    let script = Script.exchange(
      1, client: "10.0.0.1:40000", server: "10.0.0.2:\(testCase.server)", secured: testCase.alpn)
    let recording = try Recording(script.events)
    #expect(try ports(recording) == ["40000|\(testCase.shown)"])
    guard case .opened(let opening, let shown)? = try openings(recording).first else {
      Issue.record("no opening")
      return
    }
    #expect(opening.originalDestination.port == testCase.server)
    #expect(shown?.server.port == (testCase.shown == testCase.server ? nil : testCase.shown))
  }

  @Test func `leaves sessions alone that are not decrypted`() throws {
    var bypassed = Script(1, client: "10.0.0.1:40000", server: "10.0.0.2:443")
    bypassed.add(.clientHello([1, 0, 0, 0]), .bypassed(.requested("*.example")))
    bypassed.close()
    let plain = Script.exchange(2, client: "10.0.0.1:40001", server: "10.0.0.2:443")
    let recording = try Recording(bypassed.events + plain.events)
    #expect(try ports(recording) == ["40000|443", "40001|443"])
    #expect(
      try openings(recording).allSatisfy {
        if case .opened(_, shown: nil) = $0 { true } else { false }
      })
  }

  @Test func `does what the user says instead`() throws {
    let script = Script.exchange(1, client: "10.0.0.1:40000", server: "10.0.0.2:4443", secured: .some(nil))
    let recording = try Recording(script.events) { $0.portMap = PortMap("4443:8080")! }
    #expect(try ports(recording) == ["40000|8080"])
    #expect(PortMap("443:80, 853:53") == nil)
    for text in ["443", "443:", ":80", "0:80", "443:0", "443:80,443:81", "a:b", "70000:1"] {
      #expect(PortMap(text) == nil)
    }
    #expect(PortMap("") == PortMap([:]))
    #expect(PortMap("853:53,443:80")?.description == "443:80,853:53")
    #expect(PortMap(PortMap.standard.description) == .standard)
  }

  @Test func `keeps sessions apart that it would merge`() throws {
    let scripts = [
      Script.exchange(1, client: "10.0.0.1:40000", server: "10.0.0.2:80"),
      Script.exchange(2, client: "10.0.0.1:40000", server: "10.0.0.2:443", secured: .some("http/1.1")),
      Script.exchange(3, client: "10.0.0.1:40000", server: "10.0.0.2:8443", secured: .some("h2")),
      // The same ports again, a while later.
      Script.exchange(4, client: "10.0.0.1:40000", server: "10.0.0.2:80"),
    ]
    for events in [interleaved(scripts), scripts.flatMap(\.events)] {
      let recording = try Recording(events)
      #expect(try Tshark(path: recording.path).complaints() == [])
      #expect(Set(try ports(recording)) == ["40000|80", "39999|80", "39998|80", "39997|80"])
      let moved = try openings(recording).count { if case .opened(_, .some) = $0 { true } else { false } }
      #expect(moved == 3)
    }
  }

  @Test func `lets tshark dissect what was decrypted`() throws {
    let http = Script.exchange(
      1, client: "10.0.0.1:40000", server: "10.0.0.2:443", secured: .some("http/1.1"))
    var smtp = Script(2, client: "10.0.0.1:40001", server: "10.0.0.2:465")
    smtp.secure()
    smtp.server("220 mail.example ESMTP\r\n")
    smtp.client("EHLO me\r\n")
    smtp.close()
    var h2 = Script(3, client: "10.0.0.1:40002", server: "10.0.0.2:8443")
    h2.secure(alpn: "h2")
    h2.client(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
    h2.server([0, 0, 0, 4, 0, 0, 0, 0, 0])
    h2.close()
    let recording = try Recording(http.events + smtp.events + h2.events)
    let protocols = Set(try Tshark(path: recording.path).fields(["_ws.col.Protocol"]))
    #expect(protocols == ["TCP", "HTTP", "SMTP", "HTTP2"])
  }
}
