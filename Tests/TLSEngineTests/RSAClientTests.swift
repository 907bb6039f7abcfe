import SessionEvents
import Testing

@testable import TLSEngine

/// Clients of openssl(1) that take no ECDSA, or do.
@Suite struct `Clients without ECDSA` {
  let origin: Origin

  init() throws {
    origin = try Origin()
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var options: [String]
    /// What the client says of the key that the server signed with.
    var signature: String

    var testDescription: String { options.joined(separator: " ") }
  }

  static let cases = [
    Case(options: ["-tls1_3"], signature: "ECDSA"),
    Case(options: ["-tls1_2"], signature: "ECDSA"),
    Case(options: ["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"], signature: "RSA-PSS"),
    Case(options: ["-tls1_2", "-sigalgs", "RSA+SHA256"], signature: "RSA"),
    Case(options: ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], signature: "RSA-PSS"),
    Case(
      options: ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"],
      signature: "ECDSA"),
  ]

  /// What the client printed after its handshake with a server that shows it `leaf`.
  func connect(_ leaf: LeafContext, _ options: [String]) throws -> (output: String, leg: SocketLeg) {
    let listener = try Listener()
    let program = try Program(
      ["openssl", "s_client", "-connect", "127.0.0.1:\(listener.port)", "-servername", "origin.test"]
        + ["-CAfile", origin.mergedPath, "-verify_hostname", "origin.test"] + options)
    let leg = try listener.accept(serving: leaf)
    try leg.run { $0.handshakeCompleted }
    leg.connection.closeOutput()
    try program.finishInput()
    return (try program.end().output, leg)
  }

  @Test(arguments: cases) func `get an RSA certificate that is the same otherwise`(_ test: Case) throws {
    let original = try origin.leaf().serving()
    let upstream = try origin.connect(origin.upstream, to: original)
    let leaf = try origin.issuer.context(for: upstream.connection, policy: .mirror)
    // The second time it is there already.
    for _ in 0..<2 {
      let (output, leg) = try connect(leaf, test.options)
      #expect(output.contains("Verify return code: 0 (ok)"))
      #expect(output.contains("Peer signature type: \(test.signature)\n"))
      #expect(leg.failure == nil && leg.connection.isSecured)
    }
  }

  @Test func `get one also where the client has but the oldest key exchange`() throws {
    let (output, leg) = try connect(
      origin.issuer.context(forName: .host("origin.test")), ["-tls1_2", "-cipher", "AES128-GCM-SHA256"])
    #expect(output.contains("Verify return code: 0 (ok)"))
    #expect(leg.connection.facts?.cipher == "TLS_RSA_WITH_AES_128_GCM_SHA256")
  }

  @Test func `see the same defect as others`() throws {
    struct Defect {
      var server: TestCertificate
      var code: Int
    }
    let defects = [
      Defect(server: try origin.leaf(.init(validity: -20...(-10))), code: 10),
      Defect(server: try TestCertificate("origin.test"), code: 18),
      Defect(server: try origin.leaf(.init(issuer: .authority("Stranger"))), code: 20),
    ]
    for defect in defects {
      let upstream = try origin.connect(origin.upstream, to: defect.server.serving())
      let leaf = try origin.issuer.context(for: upstream.connection, policy: .mirror)
      for options in [["-tls1_2"], ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"]] {
        let (output, _) = try connect(leaf, options)
        #expect(output.contains("verify error:num=\(defect.code):"), "\(options)")
      }
    }
  }

  @Test func `cost others no key`() throws {
    let key = RSALeafKey()
    let authority = origin.authority
    let leaf = try LeafContext(
      certificate: authority.certificate, key: authority.key, chain: [],
      fallback: RSAFallback(leafKey: key, issuer: (authority.certificate, authority.key)))
    for options in [["-tls1_2"], ["-tls1_3"]] { _ = try connect(leaf, options) }
    #expect(!key.isMade)
    _ = try connect(leaf, ["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"])
    #expect(key.isMade)
  }
}
