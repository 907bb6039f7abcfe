import COpenSSL
public import SessionEvents

/// The signing CA of one run: it is made in memory, and gone with the process.
///
/// ECDSA on P-256, CA:TRUE with path length 0, key usage keyCertSign only, valid for 397 days from an hour ago
/// (the hour spares clients whose clock is a little late). The key cannot be exported.
public final class SigningAuthority: Sendable {
  let key: PrivateKey
  let certificate: Certificate
  /// The certificate for clients' trust stores.
  public let certificatePEM: [UInt8]
  public let certificateDER: [UInt8]
  public let facts: CertificateFacts

  /// Makes a new authority.
  ///
  /// Its name has today's date and a random part: `CN=Wiretape relay 2026-11-24 7f3a01c5`.
  public convenience init() throws(TLSFailure) {
    let suffix = try randomBytes(4).map { byte in
      (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let now = X509_gmtime_adj(nil, 0)
    defer { ASN1_TIME_free(now) }
    let date = CivilTime(Timestamp(daysAndSeconds: { wt_ASN1_TIME_since_1970(now, &$0, &$1) })).date
    try self.init(commonName: "Wiretape relay \(date) \(suffix)")
  }

  init(commonName: String) throws(TLSFailure) {
    key = try PrivateKey()
    let name = try DistinguishedName.make(organization: "Wiretape", commonName: commonName)
    certificate = try CertificateBuilder.authority(name: name.pointer, key: key)
    extendLifetime(name)
    certificatePEM = try certificate.pem
    certificateDER = try certificate.der
    facts = try CertificateFacts(x509: certificate.pointer)
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
