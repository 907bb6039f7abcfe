public import SessionEvents

/// What a ServerHello says (RFC 8446 §4.1.3), and the certificates that follow it where they are in the clear.
public struct TLSServerHelloFacts: Hashable, Sendable {
  /// The version that was chosen: `TLSv1.2`.
  public var version: String
  /// The cipher suite's IANA name, unknown ones as `0x1301`.
  public var cipher: String
  public var alpn: [UInt8]?
  /// Whether it asks for another ClientHello (RFC 8446 §4.1.4).
  public var isRetryRequest: Bool
  /// The MD5 in hexadecimal; nil where no digest was to be had.
  public var ja3s: String?
  /// Leaf first; empty where they are encrypted (TLS 1.3), were not sent (resumption) or not seen.
  public var certificates: [CertificateFacts]

  public init(
    version: String, cipher: String, alpn: [UInt8]?, isRetryRequest: Bool, ja3s: String?,
    certificates: [CertificateFacts]
  ) {
    self.version = version
    self.cipher = cipher
    self.alpn = alpn
    self.isRetryRequest = isRetryRequest
    self.ja3s = ja3s
    self.certificates = certificates
  }
}
