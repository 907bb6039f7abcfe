import COpenSSL
import SessionEvents
import Testing

@testable import TLSEngine

@Suite struct `Trust index` {
  let origin: Origin

  init() throws {
    origin = try Origin()
  }

  func context(_ roots: [TestCertificate], extra: [TestCertificate] = []) throws -> UpstreamContext {
    let bundle = try origin.files.write(try roots.flatMap { try $0.certificate.pem }, to: "bundle.pem")
    let extraFiles = try extra.enumerated().map { index, root in
      try origin.files.write(root.certificate.pem, to: "extra-\(index).pem")
    }
    return try UpstreamContext(
      trustStore: TrustStore(systemBundle: SystemTrustBundle(path: bundle), extraFiles: extraFiles),
      judgementLifetime: .zero)
  }

  func defects(_ context: UpstreamContext, _ leaf: TestCertificate) throws -> [CertificateDefect] {
    try origin.connect(context, to: leaf.serving()).connection.certificateDefects
  }

  @Test func `finds the right one of several roots with one name`() throws {
    let roots = try (0..<3).map { _ in try TestCertificate.authority("One name") }
    let context = try context(Array(roots[..<2]), extra: [roots[2]])
    for root in roots {
      let leaf = try origin.leaf(.init(issuer: root))
      #expect(try defects(context, leaf) == [])
      #expect(try defects(context, leaf) == [])
    }
    let stranger = try TestCertificate.authority("One name")
    #expect(try !defects(context, origin.leaf(.init(issuer: stranger))).isEmpty)
  }

  /// RFC 5280 §7.1: names are compared without regard to case and string type.
  @Test func `finds a root whose name is written another way`() throws {
    let root = try TestCertificate.authority("TEST   ROOT")
    let named = try TestCertificate.authority("Test Root")
    let subject = try origin.leaf()
    let builder = try CertificateBuilder.start(
      subject: X509_get_subject_name(subject.certificate.pointer),
      issuer: X509_get_subject_name(named.certificate.pointer), publicKey: subject.key)
    try builder.setValidity(fromNow: -100...100)
    try builder.add(NID_subject_alt_name, "DNS:origin.test")
    let server = try LeafContext(certificate: try builder.sign(with: root.key), key: subject.key, chain: [])
    let client = try origin.connect(context([root]), to: server)
    #expect(client.connection.certificateDefects == [])
  }

  @Test func `passes over what is no certificate`() throws {
    let index = TrustIndex([[], [0x30], [0x30, 0x80, 0, 0], [0x30, 0x03, 0x30, 0x82, 0xff], [5, 0]])
    let store = try #require(X509_STORE_new())
    defer { X509_STORE_free(store) }
    try index.install(in: store)
    let verification = X509_STORE_CTX_new()
    defer { X509_STORE_CTX_free(verification) }
    #expect(X509_STORE_CTX_init(verification, store, origin.root.certificate.pointer, nil) == 1)
    #expect(X509_verify_cert(verification) == 0)
  }

  @Test func `reads no further than a cut certificate goes`() throws {
    let der = try origin.root.certificate.der
    for length in 0..<der.count {
      let store = try #require(X509_STORE_new())
      defer { X509_STORE_free(store) }
      try TrustIndex([Array(der[..<length])]).install(in: store)
      let verification = X509_STORE_CTX_new()
      defer { X509_STORE_CTX_free(verification) }
      #expect(X509_STORE_CTX_init(verification, store, origin.root.certificate.pointer, nil) == 1)
      #expect(X509_verify_cert(verification) == 0)
    }
  }
}
