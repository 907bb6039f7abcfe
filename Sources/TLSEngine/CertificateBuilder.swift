import COpenSSL

/// Builds one certificate, field by field, and signs it.
struct CertificateBuilder: ~Copyable {
  let pointer: OpaquePointer

  private init() throws(TLSFailure) {
    pointer = try openSSLObject("X509_new") { X509_new() }
  }

  deinit {
    X509_free(pointer)
  }

  /// Starts a version 3 certificate with a random serial number.
  static func start(
    subject: OpaquePointer?, issuer: OpaquePointer?, publicKey: PrivateKey
  ) throws(TLSFailure) -> CertificateBuilder {
    let builder = try CertificateBuilder()
    let pointer = builder.pointer
    try openSSL("X509_set_version") { X509_set_version(pointer, Int(X509_VERSION_3)) }
    try openSSL("X509_set_subject_name") { X509_set_subject_name(pointer, subject) }
    try openSSL("X509_set_issuer_name") { X509_set_issuer_name(pointer, issuer) }
    try openSSL("X509_set_pubkey") { X509_set_pubkey(pointer, publicKey.pointer) }
    try builder.setSerialNumber()
    return builder
  }

  /// 16 bytes, positive and never zero (RFC 5280 §4.1.2.2).
  private func setSerialNumber() throws(TLSFailure) {
    var bytes = try randomBytes(16)
    bytes[0] = bytes[0] & 0x7f | 0x40
    let number: OpaquePointer = try openSSLObject("BN_bin2bn") { BN_bin2bn(bytes, Int32(bytes.count), nil) }
    defer { BN_free(number) }
    ERR_clear_error()
    guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil else {
      throw .fromErrorQueue(after: "BN_to_ASN1_INTEGER")
    }
  }

  /// Validity from and to these seconds from now.
  func setValidity(fromNow range: ClosedRange<Int>) throws(TLSFailure) {
    ERR_clear_error()
    guard X509_gmtime_adj(X509_getm_notBefore(pointer), range.lowerBound) != nil,
      X509_gmtime_adj(X509_getm_notAfter(pointer), range.upperBound) != nil
    else { throw .fromErrorQueue(after: "X509_gmtime_adj") }
  }

  func copyValidity(from other: OpaquePointer) throws(TLSFailure) {
    try openSSL("X509_set1_notBefore") { X509_set1_notBefore(pointer, X509_get0_notBefore(other)) }
    try openSSL("X509_set1_notAfter") { X509_set1_notAfter(pointer, X509_get0_notAfter(other)) }
  }

  /// Copies the other's extension byte for byte, if it has it (once or several times).
  func copyExtension(_ nid: Int32, from other: OpaquePointer) throws(TLSFailure) {
    var position = X509_get_ext_by_NID(other, nid, -1)
    while position >= 0 {
      let found = position
      try openSSL("X509_add_ext") { X509_add_ext(pointer, X509_get_ext(other, found), -1) }
      position = X509_get_ext_by_NID(other, nid, position)
    }
  }

  /// Adds an extension in the notation of x509v3_config(5); never pass it a peer's bytes.
  func add(_ nid: Int32, _ value: String, issuer: OpaquePointer? = nil) throws(TLSFailure) {
    try openSSL("X509V3_EXT_conf_nid") { wt_X509_add_extension(pointer, issuer ?? pointer, nid, value) }
  }

  consuming func sign(with key: PrivateKey) throws(TLSFailure) -> Certificate {
    try openSSL("X509_sign") { X509_sign(pointer, key.pointer, key.signingDigest) }
    X509_up_ref(pointer)
    return Certificate(owning: pointer)
  }
}

extension CertificateBuilder {
  static let hour = 3_600
  static let day = 86_400

  /// A self-signed CA certificate that may sign leaves only.
  static func authority(
    name: OpaquePointer?, key: PrivateKey, lifetimeDays: Int = 397, constraints: NameConstraints? = nil
  ) throws(TLSFailure) -> Certificate {
    let builder = try CertificateBuilder.start(subject: name, issuer: name, publicKey: key)
    try builder.setValidity(fromNow: -hour...lifetimeDays * day)
    try builder.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
    try builder.add(NID_key_usage, "critical,keyCertSign")
    try builder.add(NID_subject_key_identifier, "hash")
    try constraints?.add(to: builder.pointer)
    return try builder.sign(with: key)
  }

  /// Adds what every leaf has besides names and validity; `issuer` nil is for one that signs itself.
  func addLeafExtensions(issuer: Certificate?, forRSA: Bool = false) throws(TLSFailure) {
    try add(NID_basic_constraints, "critical,CA:FALSE")
    // With an old cipher suite the client encrypts to the RSA key.
    try add(NID_key_usage, forRSA ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature")
    try add(NID_ext_key_usage, "serverAuth")
    try add(NID_subject_key_identifier, "hash")
    try add(NID_authority_key_identifier, "keyid:always", issuer: issuer?.pointer)
  }
}
