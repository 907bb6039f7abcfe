import COpenSSL
import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import TLSEngine

/// CAs that come from elsewhere, made by openssl(1).
@Suite struct `Authority files` {
  let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
  }

  /// Makes `NAME.pem` and `NAME.key`, self-signed unless there is an issuer.
  func make(
    _ name: String, key: [String] = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], days: Int = 10,
    extensions: [String] = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"],
    issuer: String? = nil
  ) throws {
    let key = try run(
      ["openssl", "genpkey", "-algorithm"] + key + ["-out", "\(name).key"], in: scratch.url)
    try #require(key.status == 0, "\(key.output)")
    let signing = issuer.map { ["-CA", "\($0).pem", "-CAkey", "\($0).key"] } ?? []
    let certificate = try run(
      [
        "openssl", "req", "-x509", "-new", "-key", "\(name).key", "-out", "\(name).pem", "-subj",
        "/CN=\(name)",
      ]
        + ["-days", "\(days)", "-config", "/dev/null", "-set_serial", "7"] + signing
        + extensions.flatMap { ["-addext", $0] }, in: scratch.url)
    try #require(certificate.status == 0, "\(certificate.output)")
    chmod(scratch.path("\(name).key"), 0o600)
  }

  func load(_ certificate: String, _ key: String? = nil) throws(TLSFailure) -> SigningAuthority {
    try SigningAuthority(
      certificateFile: scratch.path("\(certificate).pem"), keyFile: scratch.path("\(key ?? certificate).key"))
  }

  func failure(_ certificate: String, _ key: String? = nil) -> TLSFailure? {
    do throws(TLSFailure) {
      _ = try load(certificate, key)
      return nil
    } catch {
      return error
    }
  }

  /// What openssl(1) says of a leaf, with `intermediates` in its hands.
  func verify(_ leaf: LeafContext, root: String, name: String) throws -> Bool {
    _ = try scratch.write(try leaf.certificate.pem, to: "leaf.pem")
    let chain = try leaf.chain.flatMap { try $0.pem }
    _ = try scratch.write(chain, to: "chain.pem")
    return try run(
      ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "\(root).pem"]
        + (chain.isEmpty ? [] : ["-untrusted", "chain.pem"]) + ["-verify_hostname", name, "leaf.pem"],
      in: scratch.url
    ).status == 0
  }

  struct KeyCase: CustomTestStringConvertible, Sendable {
    var key: [String]
    var signature: String

    var testDescription: String { key.joined(separator: " ") }
  }

  @Test(arguments: [
    KeyCase(key: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], signature: "ecdsa-with-SHA256"),
    KeyCase(key: ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], signature: "ecdsa-with-SHA384"),
    KeyCase(key: ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], signature: "ecdsa-with-SHA512"),
    KeyCase(key: ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], signature: "sha256WithRSAEncryption"),
    KeyCase(key: ["RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], signature: "rsassaPss"),
    KeyCase(key: ["ED25519"], signature: "ED25519"),
    KeyCase(key: ["ED448"], signature: "ED448"),
  ]) func `sign with any kind of key`(_ test: KeyCase) throws {
    try make("own", key: test.key)
    let authority = try load("own")
    let leaf = try LeafIssuer(authority: authority).context(forName: .host("origin.test"))
    #expect(try verify(leaf, root: "own", name: "origin.test"))
    let bytes = try MemoryBIO.bytes { X509_print($0, leaf.certificate.pointer) }
    #expect(String(decoding: bytes, as: UTF8.self).contains("Signature Algorithm: \(test.signature)\n"))
  }

  @Test func `bring along what stands between them and a root`() throws {
    try make("root")
    try make("between", issuer: "root")
    let files = try ["between.pem", "root.pem"].map { try scratch.read($0) }
    _ = try scratch.write(files[0] + files[1], to: "between.pem")
    let authority = try load("between")
    #expect(authority.chain.count == 1)
    let leaf = try LeafIssuer(authority: authority).context(forName: .host("origin.test"))
    #expect(try verify(leaf, root: "root", name: "origin.test"))
  }

  @Test func `read the older form of a key, parameters first`() throws {
    try make("own")
    let old = try run(["openssl", "ec", "-in", "own.key", "-out", "old.key"], in: scratch.url)
    try #require(old.status == 0)
    let parameters = try run(["openssl", "ecparam", "-name", "prime256v1"], in: scratch.url).output
    _ = try scratch.write(Array(parameters.utf8) + (try scratch.read("old.key")), to: "own.key")
    chmod(scratch.path("own.key"), 0o600)
    _ = try load("own")
  }

  struct RefusedCase: CustomTestStringConvertible, Sendable {
    var name: String
    var days = 10
    var extensions: [String]
    var failure: @Sendable (_ path: String) -> AuthorityFailure

    var testDescription: String { name }
  }

  @Test(arguments: [
    RefusedCase(name: "leaf", extensions: ["basicConstraints=CA:FALSE"]) { .notAuthority(path: $0) },
    RefusedCase(name: "unsaid", extensions: ["keyUsage=keyCertSign"]) { .notAuthority(path: $0) },
    RefusedCase(
      name: "no-signing", extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign"]
    ) { .mayNotSign(path: $0) },
    RefusedCase(
      name: "mail-only",
      extensions: ["basicConstraints=critical,CA:TRUE", "extendedKeyUsage=emailProtection"]
    ) { .notForServers(path: $0) },
  ]) func `are refused where the certificate is not fit`(_ test: RefusedCase) throws {
    try make(test.name, days: test.days, extensions: test.extensions)
    #expect(failure(test.name) == .authority(test.failure(scratch.path("\(test.name).pem"))))
  }

  @Test func `are refused before and after their time`() throws {
    for (name, validity) in [("expired", -200...(-100)), ("early", 1_000...2_000)] {
      let own = try TestCertificate.authority(name, validity: validity)
      _ = try scratch.write(own.certificate.pem, to: "\(name).pem")
      _ = try scratch.write(own.keyPEM(), to: "\(name).key")
      chmod(scratch.path("\(name).key"), 0o600)
      let facts = try CertificateFacts(x509: own.certificate.pointer)
      let path = scratch.path("\(name).pem")
      let expected: AuthorityFailure =
        name == "expired"
        ? .expired(path: path, notAfter: facts.notAfter)
        : .notYetValid(path: path, notBefore: facts.notBefore)
      #expect(failure(name) == .authority(expected))
    }
  }

  @Test func `are refused where the key is another's, encrypted, or none`() throws {
    try make("own")
    try make("other")
    let certificate = scratch.path("own.pem")
    let key = { (name: String) in scratch.path("\(name).key") }
    #expect(
      failure("own", "other") == .authority(.wrongKey(certificate: certificate, key: key("other"))))

    let encrypted = try run(
      ["openssl", "pkey", "-in", "own.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key"],
      in: scratch.url)
    let traditional = try run(
      ["openssl", "ec", "-in", "own.key", "-aes128", "-passout", "pass:secret", "-out", "old-locked.key"],
      in: scratch.url)
    try #require(encrypted.status == 0 && traditional.status == 0)
    for name in ["locked", "old-locked"] {
      chmod(key(name), 0o600)
      #expect(failure("own", name) == .authority(.encryptedKey(path: key(name))))
    }

    _ = try scratch.write(try scratch.read("own.pem"), to: "public.key")
    chmod(key("public"), 0o600)
    guard case .authority(.unreadableKey(key("public"), _)) = failure("own", "public") else {
      Issue.record("a certificate was taken for a key")
      return
    }
    _ = try scratch.write([UInt8](repeating: 0x41, count: 300 << 10), to: "large.key")
    chmod(key("large"), 0o600)
    #expect(failure("own", "large") == .unusableFile(path: key("large"), text: "larger than 256 KiB"))
    _ = try scratch.write([], to: "empty.pem")
    #expect(
      failure("empty", "own")
        == .unusableFile(path: scratch.path("empty.pem"), text: "no PEM certificate in it"))
    #expect(
      failure("own", "gone")
        == .authority(
          .system(path: key("gone"), call: "open", code: ENOENT, text: "No such file or directory")))
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o610] as [mode_t])
  func `are refused where others can read the key`(_ mode: mode_t) throws {
    try make("own")
    chmod(scratch.path("own.key"), mode)
    #expect(
      failure("own")
        == .authority(.mode(path: scratch.path("own.key"), found: mode, wanted: 0o600)))
    chmod(scratch.path("own.key"), 0o400)
    #expect(failure("own") == nil)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `are refused where somebody else owns the key`() throws {
    try make("own")
    try #require(chown(scratch.path("own.key"), 1, gid_t.max) == 0)
    #expect(
      failure("own") == .authority(.owner(path: scratch.path("own.key"), found: 1, wanted: [0])))
  }

  @Test func `never have a key in what is said of them`() throws {
    try make("own")
    let key = String(decoding: try scratch.read("own.key"), as: UTF8.self)
    let secret = try #require(key.split(separator: "\n").dropFirst().first)
    _ = try scratch.write(Array(key.replacing(secret, with: "x" + secret.dropFirst()).utf8), to: "bad.key")
    chmod(scratch.path("bad.key"), 0o600)
    let found = try #require(self.failure("own", "bad"))
    #expect(!"\(found) \(found.hint ?? "")".contains(secret.dropFirst(8).prefix(16)))
  }
}
