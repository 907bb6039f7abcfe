/// What one finished TLS handshake agreed on.
public struct TLSFacts: Hashable, Sendable {
  /// As OpenSSL names it: `TLSv1.2`, `TLSv1.3`.
  public var version: String
  /// The cipher suite's IANA name: `TLS_AES_128_GCM_SHA256`.
  public var cipher: String
  public var alpn: String?
  /// The certificates that were shown, leaf first.
  public var certificates: [CertificateFacts]
  /// Why the shown certificates do not stand (`certificate has expired`); empty where they do, or were not checked.
  public var certificateErrors: [String]

  public init(
    version: String, cipher: String, alpn: String?, certificates: [CertificateFacts] = [],
    certificateErrors: [String] = []
  ) {
    self.version = version
    self.cipher = cipher
    self.alpn = alpn
    self.certificates = certificates
    self.certificateErrors = certificateErrors
  }
}

/// The readable part of an X.509 certificate.
public struct CertificateFacts: Hashable, Sendable {
  /// RFC 4514 form: `CN=example.com,O=Example`.
  public var subject: String
  public var issuer: String
  /// DNS names and IP addresses of the subject alternative name.
  public var names: [String]
  public var notBefore: Timestamp
  public var notAfter: Timestamp
  /// Of the DER form, 32 bytes.
  public var sha256: [UInt8]

  public init(
    subject: String, issuer: String, names: [String], notBefore: Timestamp, notAfter: Timestamp,
    sha256: [UInt8]
  ) {
    self.subject = subject
    self.issuer = issuer
    self.names = names
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.sha256 = sha256
  }
}
