/// How long the relay waits for others.
package struct TimeoutSettings: Hashable, Sendable {
  /// For an upstream connection.
  package var connect = Duration.seconds(30)
  /// For each of the two TLS handshakes of a session.
  package var handshake = Duration.seconds(30)
  /// After which a TCP session without a byte either way is ended; nil: never.
  package var idle: Duration?
  /// After which a DNS client socket's session is taken to be over.
  package var dnsIdle = Duration.seconds(15)
  /// For sessions to end after SIGTERM, at most 5 s.
  package var drain = Duration.seconds(3)

  package init() {}
}
