import Foundation
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Documented sidecar` {
  /// One HTTPS request by `curl`, and the DNS query before it.
  private func events() -> [SessionEvent] {
    let start: Int64 = 1_796_112_000_000_000_000
    var dns = Script(1, transport: .udp, client: "10.0.0.1:40112", server: "9.9.9.9:53", at: start)
    dns.add(.datagram(.clientToServer, noise(29)), .datagram(.serverToClient, noise(45)))
    dns.close(.idle)
    var https = Script(2, client: "10.0.0.1:48210", server: "93.184.216.34:443", at: start + 5_000_000)
    https.add(.clientHello([1, 0, 0, 2, 3, 3]))
    let certificate = CertificateFacts(
      subject: "CN=example.com", issuer: "CN=Test CA", names: ["example.com"],
      notBefore: Timestamp(nanoseconds: 1_767_225_600_000_000_000),
      notAfter: Timestamp(nanoseconds: 1_798_761_600_000_000_000), sha256: [UInt8](repeating: 0xab, count: 32)
    )
    https.add(
      .secured(
        .server,
        TLSFacts(
          version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: "http/1.1", certificates: [certificate])
      ),
      .secured(.client, TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: "http/1.1")))
    https.client("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
    https.server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    https.add(.halfClosed(.clientToServer), .halfClosed(.serverToClient))
    https.close()
    return dns.events + https.events
  }

  @Test func `is what the recorder writes, byte for byte`() throws {
    let recording = try Recording(events()) {
      $0.command = ["curl", "https://example.com/"]
      $0.created = Timestamp(nanoseconds: 1_796_112_000_000_000_000)
    }
    let written = String(decoding: try recording.files.read("a.sessions.jsonl"), as: UTF8.self)
    let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "../../docs/SIDECAR.md")
    let document = try String(contentsOf: root, encoding: .utf8)
    let start = try #require(document.range(of: "```jsonl\n"))
    let end = try #require(document.range(of: "```", range: start.upperBound..<document.endIndex))
    #expect(document[start.upperBound..<end.lowerBound] == written)
  }
}
