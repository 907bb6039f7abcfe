import COpenSSL
import SessionEvents
import Testing

@testable import TLSEngine

/// What clients make of minted leaves, against what they would make of the originals.
@Suite struct `Mirrored certificates` {
  /// Which server the relay finds upstream.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var errors: Set<Int32>
    /// False where the client is to refuse the leaf, but may do so for another reason.
    var isSame = true
    var serverName: String? = "origin.test"
    var address = "192.0.2.1"
    var server: @Sendable (Origin) throws -> LeafContext

    init(
      _ description: String, errors: Set<Int32> = [], isSame: Bool = true,
      serverName: String? = "origin.test",
      address: String = "192.0.2.1", server: @escaping @Sendable (Origin) throws -> LeafContext
    ) {
      testDescription = description
      self.errors = errors
      self.isSame = isSame
      self.serverName = serverName
      self.address = address
      self.server = server
    }
  }

  static let past = -2 * 86_400 ... -86_400
  static let future = 86_400...2 * 86_400

  static let good = [
    Case("P-256") { try $0.leaf().serving() },
    Case("RSA-2048") { try $0.leaf(.init(algorithm: .rsa(bits: 2_048))).serving() },
    Case("under an intermediate") { origin in
      let intermediate = try TestCertificate.authority("Test intermediate", issuer: origin.root)
      return try origin.leaf(.init(issuer: intermediate)).serving(chain: [intermediate])
    },
    Case("wildcard", serverName: "www.origin.test") {
      try $0.leaf(.init(names: [.host("*.origin.test")])).serving()
    },
    Case("common name only") { try $0.leaf(.init(names: [])).serving() },
    Case("address, no server name", serverName: nil) {
      try $0.leaf(.init(names: [.address(IPAddress("192.0.2.1")!)])).serving()
    },
    Case("IPv6 address, no server name", serverName: nil, address: "2001:db8::1") {
      try $0.leaf(.init(names: [.address(IPAddress("2001:db8::1")!)])).serving()
    },
    Case("address as server name", serverName: "192.0.2.7") {
      try $0.leaf(.init(names: [.address(IPAddress("192.0.2.7")!)])).serving()
    },
  ]

  static let bad = [
    Case("self-signed", errors: [X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT]) { _ in
      try TestCertificate("origin.test").serving()
    },
    Case(
      "self-signed and expired",
      errors: [X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_CERT_HAS_EXPIRED]
    ) { _ in try TestCertificate("origin.test", .init(validity: past)).serving() },
    Case("expired", errors: [X509_V_ERR_CERT_HAS_EXPIRED]) { try $0.leaf(.init(validity: past)).serving() },
    Case("expired RSA-2048", errors: [X509_V_ERR_CERT_HAS_EXPIRED]) {
      try $0.leaf(.init(algorithm: .rsa(bits: 2_048), validity: past)).serving()
    },
    Case("not yet valid", errors: [X509_V_ERR_CERT_NOT_YET_VALID]) {
      try $0.leaf(.init(validity: future)).serving()
    },
    Case("wrong host", errors: [X509_V_ERR_HOSTNAME_MISMATCH], serverName: "other.test") {
      try $0.leaf().serving()
    },
    Case("name cut by a NUL", errors: [X509_V_ERR_HOSTNAME_MISMATCH]) {
      try $0.leaf(.init(rawName: "origin.test\0.evil.test")).serving()
    },
    Case("wrong address", errors: [X509_V_ERR_IP_ADDRESS_MISMATCH], serverName: nil) {
      try $0.leaf(.init(names: [.address(IPAddress("192.0.2.2")!)])).serving()
    },
    Case("no address in it", errors: [X509_V_ERR_IP_ADDRESS_MISMATCH], serverName: nil) {
      try $0.leaf().serving()
    },
    Case(
      "expired, for another host", errors: [X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_CERT_HAS_EXPIRED],
      serverName: "other.test"
    ) { try $0.leaf(.init(validity: past)).serving() },
    Case(
      "unknown issuer",
      errors: [X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE]
    ) { try $0.leaf(.init(issuer: TestCertificate.authority("Unknown root"))).serving() },
    Case(
      "unknown issuer with a known name",
      errors: [X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE]
    ) { try $0.leaf(.init(issuer: TestCertificate.authority("Test root"))).serving() },
    Case("unknown root, shown", errors: [X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN]) { origin in
      let unknown = try TestCertificate.authority("Unknown root")
      return try origin.leaf(.init(issuer: unknown)).serving(chain: [unknown])
    },
    Case(
      "incomplete chain",
      errors: [X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE]
    ) { origin in
      let intermediate = try TestCertificate.authority("Test intermediate", issuer: origin.root)
      return try origin.leaf(.init(issuer: intermediate)).serving()
    },
    Case("expired intermediate", errors: [X509_V_ERR_CERT_HAS_EXPIRED], isSame: false) { origin in
      let intermediate = try TestCertificate.authority(
        "Test intermediate", issuer: origin.root, validity: past)
      return try origin.leaf(.init(issuer: intermediate)).serving(chain: [intermediate])
    },
    Case("wrong purpose", errors: [X509_V_ERR_INVALID_PURPOSE], isSame: false) {
      try $0.leaf(.init(purpose: "clientAuth")).serving()
    },
    Case(
      "issued by a leaf", errors: [X509_V_ERR_INVALID_CA, X509_V_ERR_INVALID_PURPOSE], isSame: false
    ) { origin in
      let leaf = try origin.leaf()
      return try origin.leaf(.init(issuer: leaf)).serving(chain: [leaf])
    },
  ]

  func codes(_ connection: TLSConnection) -> Set<Int32> {
    Set(connection.certificateDefects.map(\.code))
  }

  @Test(arguments: good + bad) func `are taken for what the originals are`(_ expected: Case) throws {
    let origin = try Origin()
    let original = try expected.server(origin)
    let upstream = try origin.connect(
      origin.upstream, to: original, serverName: expected.serverName, address: expected.address)
    #expect(codes(upstream.connection) == expected.errors)

    let leaf = try origin.issuer.context(for: upstream.connection, policy: .mirror)
    let client = try origin.connect(
      origin.client, to: leaf, serverName: expected.serverName, address: expected.address)
    if expected.isSame {
      #expect(codes(client.connection) == expected.errors)
    } else {
      #expect(!client.connection.certificateDefects.isEmpty)
    }
    let shown = try #require(upstream.connection.facts?.certificates.first)
    let minted = try #require(client.connection.facts?.certificates.first)
    #expect(minted.subject == shown.subject)
    #expect(minted.names == shown.names)
    #expect(minted.notBefore == shown.notBefore)
    #expect(minted.notAfter == shown.notAfter)
  }

  @Test(arguments: good + bad) func `are judged alike when they come byte by byte`(_ expected: Case) throws {
    let origin = try Origin()
    let upstream = try origin.connect(
      origin.upstream, to: expected.server(origin), serverName: expected.serverName,
      address: expected.address, pieceLength: 1)
    #expect(codes(upstream.connection) == expected.errors)
    #expect(upstream.failure == nil)
    #expect(upstream.connection.isSecured)
  }

  /// The same question put to the openssl command, which stops at the first error and alerts the server.
  @Test(arguments: good.prefix(3) + bad.filter { $0.isSame && $0.serverName != nil })
  func `are judged by openssl s_client as the originals are`(_ expected: Case) throws {
    let origin = try Origin()
    let original = try expected.server(origin)
    let upstream = try origin.connect(origin.upstream, to: original, serverName: expected.serverName)
    let leaf = try origin.issuer.context(for: upstream.connection, policy: .mirror)
    let name = try #require(expected.serverName)
    let listener = try Listener()

    func judge(_ server: LeafContext, trusting file: String) throws -> (error: String?, failure: TLSFailure?)
    {
      let client = try Program([
        "openssl", "s_client", "-connect", "127.0.0.1:\(listener.port)", "-servername", name,
        "-verify_hostname", name, "-CAfile", file, "-no-CApath", "-no-CAstore", "-verify_return_error",
      ])
      try client.finishInput()
      let leg = try listener.accept(serving: server)
      try leg.run()
      let output = try client.end().output
      return (try /verify error:num=(\d+)/.firstMatch(in: output).map { String($0.1) }, leg.failure)
    }

    let atOriginal = try judge(original, trusting: origin.rootPath)
    let atLeaf = try judge(leaf, trusting: origin.mergedPath)
    #expect(atLeaf.error == atOriginal.error)
    #expect(atLeaf.failure == atOriginal.failure)
    #expect((atLeaf.error == nil) == expected.errors.isEmpty)
    if let error = atLeaf.error {
      #expect(expected.errors.contains(try #require(Int32(error))))
      guard case .alertReceived = atLeaf.failure else {
        Issue.record("the refusal came without an alert: \(String(describing: atLeaf.failure))")
        return
      }
    }
  }

  @Test func `name the alert with which a client refuses them`() throws {
    let origin = try Origin()
    let listener = try Listener()
    let client = try Program([
      "openssl", "s_client", "-connect", "127.0.0.1:\(listener.port)", "-verify_return_error",
      "-CAfile", origin.mergedPath, "-no-CApath", "-no-CAstore",
    ])
    try client.finishInput()
    let leg = try listener.accept(serving: try TestCertificate("origin.test").serving())
    try leg.run()
    #expect(leg.failure == .alertReceived(name: "unknown_ca", code: 48))
  }
}
