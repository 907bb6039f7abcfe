public import SessionEvents

/// How a server answered a ClientHello, and what else of the handshake can be read (RFC 8446 §4, RFC 5246 §7).
///
/// What was not seen, or is encrypted, is nil or empty. A request for another ClientHello stands for itself; anything
/// else is told when the session closes, so that it has the alerts and the records to the end.
public struct TLSServerHelloFacts: Hashable, Sendable {
  /// The version that was chosen: `TLSv1.2`; nil where no ServerHello was seen.
  public var version: String?
  /// The cipher suite's IANA name, unknown ones as `0x1301`.
  public var cipher: String?
  public var alpn: [UInt8]?
  /// Whether it asks for another ClientHello (RFC 8446 §4.1.4).
  public var isRetryRequest: Bool
  /// Whether an earlier session goes on, so that no certificate was shown; nil where that was not seen.
  public var isResumed: Bool?
  /// The MD5 in hexadecimal; nil where no digest was to be had.
  public var ja3s: String?
  /// Leaf first; empty where they are encrypted (TLS 1.3), were not sent (resumption) or not seen.
  public var certificates: [CertificateFacts]
  /// Whether the server asked for the client's certificate, as far as that can be read.
  public var wantsClientCertificate: Bool
  /// What the client showed, leaf first.
  public var clientCertificates: [CertificateFacts]
  /// Alerts that can be read, in the order sent.
  public var alerts: [TLSAlert]
  /// What each side sent encrypted; nil in a request for another ClientHello.
  public var records: TLSRecordCounts?

  public init(
    version: String?, cipher: String?, alpn: [UInt8]? = nil, isRetryRequest: Bool = false,
    isResumed: Bool? = nil, ja3s: String? = nil, certificates: [CertificateFacts] = [],
    wantsClientCertificate: Bool = false, clientCertificates: [CertificateFacts] = [],
    alerts: [TLSAlert] = [], records: TLSRecordCounts? = nil
  ) {
    self.version = version
    self.cipher = cipher
    self.alpn = alpn
    self.isRetryRequest = isRetryRequest
    self.isResumed = isResumed
    self.ja3s = ja3s
    self.certificates = certificates
    self.wantsClientCertificate = wantsClientCertificate
    self.clientCertificates = clientCertificates
    self.alerts = alerts
    self.records = records
  }
}

/// An alert that was sent in the clear (RFC 8446 §6, RFC 5246 §7.2).
public struct TLSAlert: Hashable, Sendable {
  public var sender: Party
  /// `warning`, `fatal`, or the number.
  public var level: String
  /// IANA's name: `unknown_ca`; unknown ones as the number.
  public var description: String

  public init(sender: Party, level: String, description: String) {
    self.sender = sender
    self.level = level
    self.description = description
  }
}

/// What both sides of a TLS session sent encrypted.
public struct TLSRecordCounts: Hashable, Sendable {
  public var client: Side
  public var server: Side

  public init(client: Side, server: Side) {
    self.client = client
    self.server = server
  }

  public struct Side: Hashable, Sendable {
    /// Records of application data; from TLS 1.3 on, all that is encrypted comes so.
    public var applicationRecordCount: UInt64
    /// Bytes of those records that were seen, without their headers, as encrypted.
    public var applicationByteCount: UInt64
    /// Encrypted records of another type: handshake messages and alerts up to TLS 1.2.
    public var otherRecordCount: UInt64

    public init(
      applicationRecordCount: UInt64 = 0, applicationByteCount: UInt64 = 0, otherRecordCount: UInt64 = 0
    ) {
      self.applicationRecordCount = applicationRecordCount
      self.applicationByteCount = applicationByteCount
      self.otherRecordCount = otherRecordCount
    }
  }
}
