import COpenSSL
import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import TLSEngine

@Suite struct `Name constraints` {
  struct TextCase: CustomTestStringConvertible, Sendable {
    var text: String
    var constraint: String?

    var testDescription: String { text }
  }

  @Test(arguments: [
    TextCase(text: "example.com", constraint: "example.com"),
    TextCase(text: "Example.COM", constraint: "example.com"),
    TextCase(text: "internal", constraint: "internal"),
    TextCase(text: "xn--bcher-kva.example", constraint: "xn--bcher-kva.example"),
    TextCase(text: "_dmarc.example", constraint: "_dmarc.example"),
    TextCase(text: "10.0.0.0/8", constraint: "10.0.0.0/8"),
    TextCase(text: "192.0.2.1", constraint: "192.0.2.1/32"),
    TextCase(text: "0.0.0.0/0", constraint: "0.0.0.0/0"),
    TextCase(text: "10.64.0.0/10", constraint: "10.64.0.0/10"),
    TextCase(text: "2001:db8::/32", constraint: "2001:db8::/32"),
    TextCase(text: "::1", constraint: "::1/128"),
    TextCase(text: ""), TextCase(text: "."), TextCase(text: ".example.com"), TextCase(text: "example.com."),
    TextCase(text: "*.example.com"), TextCase(text: "a..b"), TextCase(text: "-a.example"),
    TextCase(text: "a-.example"), TextCase(text: "exa mple"), TextCase(text: "bücher.example"),
    TextCase(text: "10.0.0"), TextCase(text: "10.0.0.1/8"), TextCase(text: "10.0.0.0/33"),
    TextCase(text: "10.0.0.0/-1"), TextCase(text: "10.0.0.0/"), TextCase(text: "2001:db8::1/32"),
    TextCase(text: "example.com/24"), TextCase(text: String(repeating: "a", count: 64)),
    TextCase(text: String(repeating: "a.", count: 127) + "b"),
  ]) func `are read as people write them`(_ test: TextCase) {
    #expect(NameConstraint(test.text)?.description == test.constraint)
  }

  struct PermitCase: CustomTestStringConvertible, Sendable {
    var permitted: [String]
    var name: PeerName
    var isPermitted: Bool

    var testDescription: String { "\(permitted.joined(separator: " ")): \(name)" }
  }

  static func address(_ text: String) -> PeerName { PeerName(serverName: text, destination: .v4(0)) }

  static let permitCases = [
    PermitCase(permitted: [], name: .host("anything.test"), isPermitted: true),
    PermitCase(permitted: [], name: address("192.0.2.1"), isPermitted: true),
    PermitCase(permitted: ["example.com"], name: .host("example.com"), isPermitted: true),
    PermitCase(permitted: ["example.com"], name: .host("WWW.Example.com"), isPermitted: true),
    PermitCase(permitted: ["example.com"], name: .host("a.b.example.com"), isPermitted: true),
    PermitCase(permitted: ["example.com"], name: .host("badexample.com"), isPermitted: false),
    PermitCase(permitted: ["example.com"], name: .host("example.com.evil.test"), isPermitted: false),
    PermitCase(permitted: ["example.com"], name: .host("com"), isPermitted: false),
    PermitCase(permitted: ["www.example.com"], name: .host("example.com"), isPermitted: false),
    // Addresses are not covered by a domain, although the RFC would leave them free.
    PermitCase(permitted: ["example.com"], name: address("192.0.2.1"), isPermitted: false),
    PermitCase(permitted: ["example.com"], name: address("2001:db8::1"), isPermitted: false),
    PermitCase(permitted: ["example.com", "192.0.2.0/24"], name: address("192.0.2.255"), isPermitted: true),
    PermitCase(permitted: ["example.com", "192.0.2.0/24"], name: address("192.0.3.0"), isPermitted: false),
    PermitCase(permitted: ["example.com", "192.0.2.0/24"], name: address("2001:db8::1"), isPermitted: false),
    PermitCase(permitted: ["2001:db8::/32"], name: address("2001:db8:ffff::"), isPermitted: true),
    PermitCase(permitted: ["2001:db8::/32"], name: address("2001:db9::"), isPermitted: false),
    // Nor are names by a network.
    PermitCase(permitted: ["10.0.0.0/8"], name: .host("example.com"), isPermitted: false),
    PermitCase(permitted: ["a.test", "b.test"], name: .host("x.b.test"), isPermitted: true),
  ]

  @Test(arguments: permitCases)
  func `say of a name what openssl says of a leaf for it`(_ test: PermitCase) throws {
    let permitted = test.permitted.compactMap { NameConstraint($0) }
    let authority = try SigningAuthority(AuthorityOptions(permitted: permitted))
    #expect(authority.permits(test.name) == test.isPermitted)

    let files = try TemporaryDirectory()
    let leaf = try LeafIssuer(authority: authority).context(forName: test.name)
    _ = try files.write(authority.certificatePEM, to: "ca.pem")
    _ = try files.write(try leaf.certificate.pem, to: "leaf.pem")
    let name =
      switch test.name {
      case .host(let host): ["-verify_hostname", host]
      case .address(let address): ["-verify_ip", address.description]
      }
    let verdict = try run(
      ["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem"] + name + ["leaf.pem"], in: files.url)
    #expect((verdict.status == 0) == test.isPermitted, "\(verdict.output)")
  }

  @Test func `are critical, and leave no kind of name free`() throws {
    struct Case {
      var permitted: [String]
      var text: String
    }
    let zeros = "0:0:0:0:0:0:0:0"
    let cases = [
      Case(
        permitted: ["example.com"],
        text: """
          Permitted:
            DNS:example.com
          Excluded:
            IP:0.0.0.0/0.0.0.0
            IP:\(zeros)/\(zeros)
          """),
      Case(
        permitted: ["10.0.0.0/8"],
        text: """
          Permitted:
            IP:10.0.0.0/255.0.0.0
          Excluded:
            DNS:
          """),
    ]
    for test in cases {
      let authority = try SigningAuthority(
        AuthorityOptions(permitted: test.permitted.compactMap { NameConstraint($0) }))
      let bytes = try MemoryBIO.bytes { X509_print($0, authority.certificate.pointer) }
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      let start = try #require(lines.firstIndex(of: "X509v3 Name Constraints: critical"))
      let wanted = test.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(lines[(start + 1)...].prefix(wanted.count).elementsEqual(wanted))
    }
  }

  @Test func `that another CA has are honoured too`() throws {
    let files = try TemporaryDirectory()
    let made = try run(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-config",
        "/dev/null", "-subj", "/CN=other", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-addext",
        "basicConstraints=critical,CA:TRUE", "-addext", "nameConstraints=critical,excluded;DNS:secret.test",
      ], in: files.url)
    try #require(made.status == 0, "\(made.output)")
    chmod(files.path("ca.key"), 0o600)
    let authority = try SigningAuthority(
      certificateFile: files.path("ca.pem"), keyFile: files.path("ca.key"))
    #expect(!authority.permits(.host("a.secret.test")))
    #expect(authority.permits(.host("other.test")))
    #expect(try authority.publicPart.constraints?.excluded == ["secret.test"])
  }
}

@Suite struct `Leaves of a constrained authority` {
  let origin: Origin
  let authority: SigningAuthority
  let client: UpstreamContext

  init() throws {
    origin = try Origin()
    authority = try SigningAuthority(AuthorityOptions(permitted: [.domain("www.shop.test")]))
    let path = try origin.files.write(authority.certificatePEM, to: "constrained.pem")
    client = try UpstreamContext(trustStore: TrustStore(systemBundle: SystemTrustBundle(path: path)))
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var names: [String]
    var asked: String
    /// In the leaf.
    var copied: [String]
    var clientAccepts: Bool

    var testDescription: String { "\(names.joined(separator: " ")), asked for \(asked)" }
  }

  @Test(arguments: [
    Case(names: ["www.shop.test"], asked: "www.shop.test", copied: ["www.shop.test"], clientAccepts: true),
    Case(
      names: ["www.shop.test", "other.test"], asked: "www.shop.test",
      copied: ["www.shop.test", "www.shop.test"],
      clientAccepts: true),
    Case(
      names: ["*.shop.test", "shop.test"], asked: "www.shop.test", copied: ["www.shop.test"],
      clientAccepts: true),
    Case(names: ["shop.test"], asked: "shop.test", copied: [], clientAccepts: false),
    // The name is wrong upstream, and stays wrong.
    Case(
      names: ["a.www.shop.test", "b.test"], asked: "www.shop.test", copied: ["a.www.shop.test"],
      clientAccepts: false),
  ]) func `have the names that it may sign for`(_ test: Case) throws {
    let issuer = try LeafIssuer(authority: authority)
    let server = try origin.leaf(.init(names: test.names.map(Self.name))).serving()
    let upstream = try origin.connect(origin.upstream, to: server, serverName: test.asked)
    let leaf = try issuer.context(for: upstream.connection, policy: .mirror)
    let answer = try origin.connect(client, to: leaf, serverName: test.asked)
    #expect(answer.connection.facts?.certificates.first?.names == test.copied)
    #expect(answer.connection.certificateDefects.isEmpty == test.clientAccepts)
  }

  static func name(_ text: String) -> PeerName { PeerName(serverName: text, destination: .v4(0)) }

  /// The subject's common name counts where there is no DNS name (RFC 6125 §6.4.4), for constraints too.
  @Test func `have no common name that spoils them`() throws {
    let authority = try SigningAuthority(
      AuthorityOptions(permitted: [.domain("example.com"), .network(.v4(0xc000_0200), prefixLength: 24)]))
    let path = try origin.files.write(authority.certificatePEM, to: "with-network.pem")
    let client = try UpstreamContext(trustStore: TrustStore(systemBundle: SystemTrustBundle(path: path)))
    // Its common name is origin.test.
    let server = try origin.leaf(.init(names: [.host("origin.test"), Self.name("192.0.2.1")])).serving()
    let upstream = try origin.connect(origin.upstream, to: server, serverName: nil)
    let leaf = try LeafIssuer(authority: authority).context(for: upstream.connection, policy: .mirror)
    let answer = try origin.connect(client, to: leaf, serverName: nil)
    #expect(answer.connection.certificateDefects == [])
    #expect(answer.connection.facts?.certificates.first?.subject == "CN=Wiretape leaf")
  }

  @Test func `are kept apart by the name that was asked for`() throws {
    let authority = try SigningAuthority(
      AuthorityOptions(permitted: [.domain("a.shop.test"), .domain("b.shop.test")]))
    let issuer = try LeafIssuer(authority: authority)
    let server = try origin.leaf(.init(names: [.host("*.shop.test")])).serving()
    for name in ["a.shop.test", "b.shop.test"] {
      let upstream = try origin.connect(origin.upstream, to: server, serverName: name)
      let leaf = try issuer.context(for: upstream.connection, policy: .mirror)
      #expect(try CertificateFacts(x509: leaf.certificate.pointer).names == [name])
      #expect(try issuer.context(for: upstream.connection, policy: .mirror) === leaf)
    }
  }

  @Test func `for names without an original live no longer than clients take them for`() throws {
    func facts(_ authority: SigningAuthority) throws -> CertificateFacts {
      let leaf = try LeafIssuer(authority: authority).context(forName: .host("a.test"))
      return try withExtendedLifetime(leaf) { try CertificateFacts(x509: leaf.certificate.pointer) }
    }
    let long = try facts(SigningAuthority(AuthorityOptions(lifetimeDays: 3_650)))
    let day: Int64 = 86_400_000_000_000
    #expect((397 * day...398 * day).contains(long.notAfter.nanoseconds(since: long.notBefore)))
    let short = try SigningAuthority(AuthorityOptions(lifetimeDays: 3))
    #expect(try facts(short).notAfter == short.facts.notAfter)
  }
}
