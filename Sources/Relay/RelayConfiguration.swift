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
  /// After which a DNS client socket's session is taken to be over.
  public var dnsIdleTimeout: Duration

  public init(
    interception: Interception, bypass: HostPatterns = HostPatterns([]),
    onBadCertificate: BadCertificatePolicy = .mirror, connectTimeout: Duration = .seconds(30),
    handshakeTimeout: Duration = .seconds(30), dnsIdleTimeout: Duration = .seconds(15)
  ) {
    self.interception = interception
    self.bypass = bypass
    self.onBadCertificate = onBadCertificate
    self.connectTimeout = connectTimeout
    self.handshakeTimeout = handshakeTimeout
    self.dnsIdleTimeout = dnsIdleTimeout
  }
}
