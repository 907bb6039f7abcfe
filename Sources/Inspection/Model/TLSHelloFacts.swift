/// What a ClientHello says (RFC 8446 §4.1.2), with its fingerprints.
public struct TLSHelloFacts: Hashable, Sendable {
  public var serverName: String?
  /// Protocol ids as sent, in order of preference.
  public var alpn: [[UInt8]]
  /// Offered versions by name (`TLSv1.3`), unknown ones as `0x7f1c`, GREASE left out.
  public var versions: [String]
  /// The MD5 in hexadecimal; nil where no digest was to be had.
  public var ja3: String?
  public var ja4: String?

  public init(serverName: String?, alpn: [[UInt8]], versions: [String], ja3: String?, ja4: String?) {
    self.serverName = serverName
    self.alpn = alpn
    self.versions = versions
    self.ja3 = ja3
    self.ja4 = ja4
  }
}
