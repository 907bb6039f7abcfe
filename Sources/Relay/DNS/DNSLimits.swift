/// What a storm of DNS queries cannot exceed.
struct DNSLimits: Sendable {
  /// How many queries may wait for nameservers; further ones are dropped, as any place on the way may drop them.
  var queryCount = 16_384
  /// How often one question may wait: a nameserver whose own queries come back here asks it again and again.
  var sameQuestionCount = 64
  /// How many connections for DNS over TCP may be open; further ones are closed at once (RFC 7766 §6.2.2).
  var connectionCount = 1_024
}
