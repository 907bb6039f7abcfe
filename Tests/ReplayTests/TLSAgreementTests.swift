import ContentCoding
import Foundation
import Inspection
import Replay
import SessionEvents
import TestSupport
import Testing

/// What tshark reads in handshakes of OpenSSL, and what is read here.
@Suite struct `TLS handshakes in recordings` {
  static let recording = "vectors/tls/handshakes.pcap"

  @Test func `have the fingerprints that tshark computes`() throws {
    let contents = try exchanges().map(\.content)
    let clients = contents.compactMap { if case .tlsHello(let hello) = $0 { hello.ja3 } else { nil } }
    let servers = try answers().compactMap(\.ja3s)
    #expect(clients.count == 15)
    #expect(clients.sorted() == (try tshark("tls.handshake.ja3")).sorted())
    #expect(servers.count == 13)
    #expect(servers.sorted() == (try tshark("tls.handshake.ja3s")).sorted())
  }

  @Test func `have the certificates that tshark sees`() throws {
    let digest = try #require(ContentServices.system.digests).makeSHA256()
    let expected = try tshark("tls.handshake.certificate").map { hex in
      digest.update([UInt8](hex: hex).span)
      return digest.finish().hexText
    }
    let found = try answers().flatMap { $0.certificates + $0.clientCertificates }
    #expect(!found.isEmpty)
    #expect(found.map(\.sha256.hexText).sorted() == expected.sorted())
    #expect(
      Set(found.map(\.subject)) == [#"CN=localhost,O=Tést\, GmbH,C=DE"#, "CN=client one"])
    #expect(found.first?.names == ["localhost", "127.0.0.1", "::1"])
  }

  @Test func `are told as they went`() throws {
    let told = try answers().map { answer in
      let words = [
        answer.version ?? "-", answer.isRetryRequest ? "retry" : nil,
        answer.isResumed == true ? "resumed" : nil, answer.wantsClientCertificate ? "wants" : nil,
        answer.clientCertificates.isEmpty ? nil : "shown",
      ]
      return words.compactMap { $0 }.joined(separator: " ")
        + answer.alerts.map { " \($0.sender.rawValue) \($0.level) \($0.description)" }.joined()
    }
    #expect(
      told == [
        "TLSv1.2", "TLSv1.3", "TLSv1", "TLSv1.1", "TLSv1.2 wants shown", "TLSv1.3 retry", "TLSv1.3",
        "- server fatal protocol_version", "- server fatal handshake_failure",
        "TLSv1.2 client fatal unknown_ca", "TLSv1.3 client fatal unknown_ca", "TLSv1.2", "TLSv1.2 resumed",
        "TLSv1.3", "TLSv1.3 resumed",
      ])
    #expect(try exchanges().flatMap { $0.findings.map(\.code) } == Array(repeating: "tls.alert", count: 4))
  }

  // MARK: Reading

  private func answers() throws -> [TLSServerHelloFacts] {
    try exchanges().compactMap { if case .tlsServerHello(let facts) = $0.content { facts } else { nil } }
  }

  private func exchanges() throws -> [Exchange] {
    var inspector = Inspector(services: ContentServices.system)
    var found: [Exchange] = []
    let path = Fixtures.folder.appending(path: Self.recording).path
    _ = try RecordingReplayer(path: path).replay { event, packet in
      inspector.receive(event, packet: packet) { observation in
        if case .exchange(let exchange, _) = observation { found.append(exchange) }
      }
    }
    return found
  }

  /// The values of a field, all packets together.
  private func tshark(_ field: String) throws -> [String] {
    let run = try ToolRun([
      "tshark", "-n", "-r", Fixtures.folder.appending(path: Self.recording).path, "-d", "tcp.port==24433,tls",
      "-Y",
      field, "-T", "fields", "-E", "aggregator=;", "-e", field,
    ])
    try #require(run.status == 0, "\(run.errors)")
    return run.lines.flatMap { $0.split(separator: ";").map(String.init) }
  }
}
