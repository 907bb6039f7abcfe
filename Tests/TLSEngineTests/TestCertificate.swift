import COpenSSL
import SessionEvents
import Testing

@testable import TLSEngine

/// A certificate with its key, made for one test.
struct TestCertificate: Sendable {
  var certificate: Certificate
  var key: PrivateKey

  enum Algorithm: Sendable {
    case p256
    case rsa(bits: Int32)
  }

  struct Options: Sendable {
    var names: [PeerName] = [.host("origin.test")]
    /// One name that no configuration could hold, in place of `names`.
    var rawName: String?
    var algorithm = Algorithm.p256
    /// Seconds from now.
    var validity = -86_400...86_400
    var isAuthority = false
    var purpose = "serverAuth"
    /// The authority that signs; nil for a self-signed certificate.
    var issuer: TestCertificate?
  }

  init(_ commonName: String, _ options: Options = Options()) throws {
    key = try Self.makeKey(options.algorithm)
    let name = try DistinguishedName.make(organization: "Test origin", commonName: commonName)
    let issuer = options.issuer?.certificate.pointer
    let builder = try CertificateBuilder.start(
      subject: name.pointer, issuer: issuer.map { X509_get_subject_name($0) } ?? name.pointer, publicKey: key)
    try builder.setValidity(fromNow: options.validity)
    try builder.add(NID_basic_constraints, options.isAuthority ? "critical,CA:TRUE" : "CA:FALSE")
    if !options.isAuthority { try builder.add(NID_ext_key_usage, options.purpose) }
    try builder.add(NID_subject_key_identifier, "hash")
    try builder.add(NID_authority_key_identifier, "keyid:always", issuer: issuer)
    if let name = options.rawName.map({ Array($0.utf8) }) {
      try openSSL("X509_add1_ext_i2d") {
        wt_X509_add_alternative_name(builder.pointer, GEN_DNS, name, Int32(name.count))
      }
    } else if !options.isAuthority, !options.names.isEmpty {
      let names = options.names.map { name in
        switch name {
        case .host(let host): "DNS:\(host)"
        case .address(let address): "IP:\(address)"
        }
      }
      try builder.add(NID_subject_alt_name, names.joined(separator: ","))
    }
    certificate = try builder.sign(with: options.issuer?.key ?? key)
  }

  static func authority(
    _ name: String, issuer: TestCertificate? = nil, validity: ClosedRange<Int> = -86_400...86_400
  ) throws -> TestCertificate {
    try TestCertificate(name, Options(validity: validity, isAuthority: true, issuer: issuer))
  }

  private static func makeKey(_ algorithm: Algorithm) throws -> PrivateKey {
    switch algorithm {
    case .p256: return try PrivateKey()
    case .rsa(let bits):
      let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
      defer { EVP_PKEY_CTX_free(context) }
      EVP_PKEY_keygen_init(context)
      EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits)
      var key: OpaquePointer?
      EVP_PKEY_generate(context, &key)
      return PrivateKey(owning: try #require(key))
    }
  }

  /// A context that serves this certificate, and `chain` after it.
  func serving(chain: [TestCertificate] = []) throws -> LeafContext {
    try LeafContext(certificate: certificate, key: key, chain: chain.map(\.certificate))
  }

  /// The private key in PEM, for a program that serves it.
  func keyPEM() throws -> [UInt8] {
    try MemoryBIO.bytes { PEM_write_bio_PrivateKey($0, key.pointer, nil, nil, 0, nil, nil) }
  }
}
