import COpenSSL
import Foundation
import SessionEvents
import Synchronization
import Testing

@testable import TLSEngine

@Suite struct `Leaf issuer` {
  let origin: Origin

  init() throws {
    origin = try Origin()
  }

  func text(_ certificate: Certificate) throws -> String {
    let bytes = try MemoryBIO.bytes { X509_print($0, certificate.pointer) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `mints P-256 leaves with what clients look for`() throws {
    let original = try origin.leaf(.init(algorithm: .rsa(bits: 2_048)))
    let upstream = try origin.connect(origin.upstream, to: original.serving())
    let leaf = try origin.issuer.context(for: upstream.connection, policy: .mirror)
    let text = try text(leaf.certificate)
    for line in [
      "Version: 3 (0x2)", "NIST CURVE: P-256", "Signature Algorithm: ecdsa-with-SHA256", "CA:FALSE",
      "Digital Signature\n", "TLS Web Server Authentication", "X509v3 Subject Key Identifier",
      "X509v3 Authority Key Identifier", "DNS:origin.test",
    ] {
      #expect(text.contains(line))
    }
    let serial = X509_get0_serialNumber(leaf.certificate.pointer)
    #expect(ASN1_STRING_length(serial) == 16)
    let another = try origin.issuer.context(forName: .host("other.test"))
    #expect(ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(another.certificate.pointer)) != 0)
    #expect(
      X509_check_private_key(another.certificate.pointer, X509_get0_pubkey(leaf.certificate.pointer)) == 1)
  }

  @Test func `gives the same context for the same certificate`() throws {
    let server = try origin.leaf().serving()
    let first = try origin.connect(origin.upstream, to: server)
    let second = try origin.connect(origin.upstream, to: server)
    let leaf = try origin.issuer.context(for: first.connection, policy: .mirror)
    #expect(try origin.issuer.context(for: second.connection, policy: .mirror) === leaf)
    #expect(try origin.issuer.context(for: second.connection, policy: .accept) === leaf)
    #expect(try origin.issuer.context(for: second.connection, policy: .reject) === leaf)

    let other = try origin.connect(origin.upstream, to: origin.leaf().serving())
    #expect(try origin.issuer.context(for: other.connection, policy: .mirror) !== leaf)
  }

  @Test func `keeps apart what the same certificate is worth under different stores`() throws {
    let server = try origin.leaf().serving()
    let good = try origin.connect(origin.upstream, to: server)
    let nothing = try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
    let bad = try origin.connect(nothing, to: server)
    let blessed = try origin.issuer.context(for: good.connection, policy: .mirror)
    #expect(try origin.issuer.context(for: bad.connection, policy: .mirror) !== blessed)
  }

  @Test func `forgets the oldest leaf when it is full`() throws {
    let issuer = try LeafIssuer(authority: origin.authority, capacity: 1)
    let first = try issuer.context(forName: .host("a.test"))
    #expect(try issuer.context(forName: .host("a.test")) === first)
    _ = try issuer.context(forName: .host("b.test"))
    #expect(try issuer.context(forName: .host("a.test")) !== first)
    #expect(issuer.mintedCount == 3)
  }

  @Test func `rejects a bad certificate where that is the policy, and says why`() throws {
    let upstream = try origin.connect(
      origin.upstream, to: origin.leaf(.init(validity: -20...(-10))).serving(), serverName: "other.test")
    #expect(
      throws: TLSFailure.certificateRejected(["hostname mismatch", "certificate has expired"])
    ) { try origin.issuer.context(for: upstream.connection, policy: .reject) }
    #expect(
      upstream.connection.facts?.certificateErrors == ["hostname mismatch", "certificate has expired"])
  }

  struct AcceptCase: Sendable {
    var serverName: String?
    var address: String
  }

  @Test(arguments: [
    AcceptCase(serverName: "other.test", address: "192.0.2.1"),
    AcceptCase(serverName: nil, address: "192.0.2.1"),
    AcceptCase(serverName: nil, address: "2001:db8::1"),
  ]) func `accepts a bad certificate where that is the policy`(_ accepted: AcceptCase) throws {
    let server = try TestCertificate("origin.test", .init(validity: -20...(-10))).serving()
    let upstream = try origin.connect(
      origin.upstream, to: server, serverName: accepted.serverName, address: accepted.address)
    #expect(!upstream.connection.certificateDefects.isEmpty)
    let leaf = try origin.issuer.context(for: upstream.connection, policy: .accept)
    let client = try origin.connect(
      origin.client, to: leaf, serverName: accepted.serverName, address: accepted.address)
    #expect(client.connection.certificateDefects == [])
    #expect(client.connection.facts?.certificates.first?.names == [accepted.serverName ?? accepted.address])
  }

  @Test func `does not let an accepted certificate stand for another host`() throws {
    let server = try TestCertificate("origin.test").serving()
    let upstream = try origin.connect(origin.upstream, to: server)
    let leaf = try origin.issuer.context(for: upstream.connection, policy: .accept)
    let other = try origin.connect(origin.upstream, to: server, serverName: "other.test")
    #expect(try origin.issuer.context(for: other.connection, policy: .accept) !== leaf)
    let client = try origin.connect(origin.client, to: leaf, serverName: "other.test")
    #expect(client.connection.certificateDefects.map(\.code) == [X509_V_ERR_HOSTNAME_MISMATCH])
  }

  @Test func `trusts a self-signed certificate that the user named`() throws {
    let server = try TestCertificate("origin.test")
    let file = try origin.files.write(server.certificate.pem, to: "own.pem")
    let upstreamContext = try UpstreamContext(
      trustStore: TrustStore(systemBundle: SystemTrustBundle(path: origin.rootPath), extraFiles: [file]))
    let upstream = try origin.connect(upstreamContext, to: server.serving())
    #expect(upstream.connection.certificateDefects == [])
    let leaf = try origin.issuer.context(for: upstream.connection, policy: .mirror)
    let client = try origin.connect(origin.client, to: leaf)
    #expect(client.connection.certificateDefects == [])
  }

  @Test func `trusts what is under an intermediate that the user named`() throws {
    let intermediate = try TestCertificate.authority(
      "Test intermediate", issuer: TestCertificate.authority("Away"))
    let file = try origin.files.write(intermediate.certificate.pem, to: "intermediate.pem")
    let context = try UpstreamContext(trustStore: TrustStore(systemBundle: nil, extraFiles: [file]))
    let upstream = try origin.connect(context, to: origin.leaf(.init(issuer: intermediate)).serving())
    #expect(upstream.connection.certificateDefects == [])
  }

  @Test func `refuses to copy what is not there`() throws {
    let upstream = try MemoryPeer.client(origin.upstream)
    #expect(throws: TLSFailure.noCertificate) {
      try origin.issuer.context(for: upstream.connection, policy: .mirror)
    }
  }

  @Test func `serves several threads at once`() throws {
    let servers = try (0..<4).map { _ in try origin.leaf().serving() }
    let names = Mutex<Set<String>>([])
    let failures = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 4) { [origin] thread in
      for round in 0..<40 {
        let server = servers[(thread + round) % servers.count]
        guard let upstream = try? origin.connect(origin.upstream, to: server),
          let leaf = try? origin.issuer.context(for: upstream.connection, policy: .mirror),
          let client = try? origin.connect(origin.client, to: leaf),
          client.connection.certificateDefects.isEmpty, let facts = client.connection.facts,
          let minted = facts.certificates.first
        else {
          failures.withLock { $0 += 1 }
          continue
        }
        names.withLock { _ = $0.insert(minted.sha256.description) }
      }
    }
    #expect(failures.withLock(\.self) == 0)
    #expect(names.withLock(\.count) == servers.count)
  }
}
