public import SessionEvents
public import TLSEngine

/// What `relay` was told to do.
public struct RelayConfiguration: Sendable {
  public var interception: Interception
  public var bypass: HostPatterns
  public var onBadCertificate: BadCertificatePolicy
  public var connectTimeout: Duration
  /// For each of the two TLS handshakes of a session.
  public var handshakeTimeout: Duration
  /// After which a TCP session without a byte either way is ended; nil: never.
  public var idleTimeout: Duration?
  /// After which a DNS client socket's session is taken to be over.
  public var dnsIdleTimeout: Duration
  public var dns: DNSUpstream
  /// How long one nameserver may take to answer one try, over UDP or TCP.
  public var dnsTimeout: Duration
  /// How often a query is sent, over all nameservers.
  public var dnsAttempts: Int
  /// SO_MARK of every connection that the relay makes, by which firewall rules exempt it from redirection.
  public var upstreamMark: UInt32?
  /// How many TCP connections may be open at once, nil for any number; further ones wait to be accepted.
  public var connectionLimit: Int?

  public init(
    interception: Interception, bypass: HostPatterns = HostPatterns([]),
    onBadCertificate: BadCertificatePolicy = .mirror, connectTimeout: Duration = .seconds(30),
    handshakeTimeout: Duration = .seconds(30), idleTimeout: Duration? = nil,
    dnsIdleTimeout: Duration = .seconds(15), dns: DNSUpstream = .original,
    dnsTimeout: Duration = .seconds(2), dnsAttempts: Int = 3, upstreamMark: UInt32? = nil,
    connectionLimit: Int? = nil
  ) {
    self.interception = interception
    self.bypass = bypass
    self.onBadCertificate = onBadCertificate
    self.connectTimeout = connectTimeout
    self.handshakeTimeout = handshakeTimeout
    self.idleTimeout = idleTimeout
    self.dnsIdleTimeout = dnsIdleTimeout
    self.dns = dns
    self.dnsTimeout = dnsTimeout
    self.dnsAttempts = dnsAttempts
    self.upstreamMark = upstreamMark
    self.connectionLimit = connectionLimit
  }
}
