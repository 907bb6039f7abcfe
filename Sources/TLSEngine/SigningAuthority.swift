import COpenSSL
public import SessionEvents

/// A signing CA with its key, which cannot be had back from it.
///
/// Made in memory for one run, or read from files for a service.
public final class SigningAuthority: Sendable {
  let key: PrivateKey
  let certificate: Certificate
  /// What is sent after a leaf; empty where clients trust the CA itself.
  let chain: [Certificate]
  /// Those of the certificate and of the ones above it.
  let constraints: [NameConstraints]
  /// The certificate for clients' trust stores.
  public let certificatePEM: [UInt8]
  public let certificateDER: [UInt8]
  public let facts: CertificateFacts

  /// Makes a new authority, which is gone with the process.
  ///
  /// ECDSA on P-256, CA:TRUE with path length 0, key usage keyCertSign only, valid for 397 days from an hour ago (the
  /// hour spares clients whose clock is a little late). Its name has today's date and a random part:
  /// `CN=Wiretape relay 2026-11-24 7f3a01c5`.
  public convenience init() throws(TLSFailure) {
    let suffix = try AuthorityOptions.randomSuffix()
    try self.init(
      AuthorityOptions(lifetimeDays: 397, commonName: "Wiretape relay \(AuthorityOptions.today()) \(suffix)"))
  }

  /// Makes a new authority of the same kind as the options say; it is kept nowhere.
  convenience init(_ options: AuthorityOptions) throws(TLSFailure) {
    let key = try PrivateKey()
    let commonName = if let name = options.commonName { name } else { try AuthorityOptions.generatedName() }
    let name = try DistinguishedName.make(organization: "Wiretape", commonName: commonName)
    let constraints =
      options.permitted.isEmpty ? nil : try NameConstraints(permitting: options.permitted)
    let certificate = try CertificateBuilder.authority(
      name: name.pointer, key: key, lifetimeDays: options.lifetimeDays, constraints: constraints)
    extendLifetime(name)
    try self.init(key: key, certificate: certificate, chain: [])
  }

  init(key: PrivateKey, certificate: Certificate, chain: [Certificate]) throws(TLSFailure) {
    self.key = key
    self.certificate = certificate
    self.chain = chain
    constraints = ([certificate] + chain.filter { $0 !== certificate }).compactMap {
      NameConstraints(of: $0.pointer)
    }
    certificatePEM = try certificate.pem
    certificateDER = try certificate.der
    facts = try CertificateFacts(x509: certificate.pointer)
  }

  /// The certificate without the key.
  public var publicPart: AuthorityCertificate {
    get throws(TLSFailure) { try AuthorityCertificate(certificate) }
  }

  /// Whether clients accept a leaf of this authority for the name: false where name constraints rule it out, and the
  /// session is better bypassed.
  ///
  /// Without constraints it costs nothing, with them some microseconds; call it from any thread.
  public func permits(_ name: PeerName) -> Bool {
    constraints.allSatisfy { $0.permits(name) }
  }
}

/// Owns an X.509 name.
struct DistinguishedName: ~Copyable {
  let pointer: OpaquePointer

  private init() throws(TLSFailure) {
    pointer = try openSSLObject("X509_NAME_new") { X509_NAME_new() }
  }

  deinit {
    X509_NAME_free(pointer)
  }

  static func make(
    organization: String? = nil, commonName: String
  ) throws(TLSFailure) -> DistinguishedName {
    let name = try DistinguishedName()
    if let organization { try name.add("O", organization) }
    try name.add("CN", commonName)
    return name
  }

  private func add(_ field: String, _ value: String) throws(TLSFailure) {
    let utf8 = Array(value.utf8)
    try openSSL("X509_NAME_add_entry_by_txt") {
      X509_NAME_add_entry_by_txt(pointer, field, MBSTRING_UTF8, utf8, Int32(utf8.count), -1, 0)
    }
  }
}

/// Unpredictable bytes.
func randomBytes(_ count: Int) throws(TLSFailure) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  try openSSL("RAND_bytes") { RAND_bytes(&bytes, Int32(count)) }
  return bytes
}
