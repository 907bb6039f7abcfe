/// How a session ended, and why where the packets alone would not say.
public struct SessionClosing: Hashable, Sendable {
  public var end: SessionEnd
  public var cause: SessionFailure?
  /// The capture's file name in which the session goes on, beside this one; nil where this is its end.
  public var continuedIn: String?

  public init(_ end: SessionEnd, cause: SessionFailure? = nil) {
    self.end = end
    self.cause = cause
  }
}

/// The way a session ended on the wire.
public enum SessionEnd: Hashable, Sendable {
  /// Both directions were closed in order.
  case fin
  /// A TCP reset, sent by `Party`.
  case reset(by: Party)
  /// A datagram session fell silent.
  case idle
  /// The recording ended first.
  case open
}

/// Why the relay could not, or would not, carry a session to its natural end.
public enum SessionFailure: Hashable, Sendable {
  /// Connecting to the original destination failed; the system's text for it.
  case upstreamUnreachable(String)
  /// The TLS handshake, or the TLS layer later, failed on this party's side; OpenSSL's text for it.
  case tlsFailed(Party, String)
  /// The upstream certificate does not stand, and the relay was told to refuse such.
  case certificateRejected(String)
  /// Neither side said anything for as long as the relay waits.
  case idleTimeout
  /// The relay was told to stop.
  case relayStopped
}

/// Why a session's bytes were relayed unread.
public enum BypassReason: Hashable, Sendable {
  /// The user asked for it with this pattern.
  case requested(String)
  /// The server wants a client certificate, whose key the relay does not have.
  case clientCertificateRequired
  /// The handshake needs something that the relay does not do; what.
  case unsupported(String)
}
