public import SessionEvents

/// Whom the relay asks what its DNS clients ask.
public enum DNSUpstream: Hashable, Sendable {
  /// The server that each query was meant for; messages pass unchanged.
  case original
  /// These servers in turn, whichever server was meant; at least one.
  case nameservers([Endpoint])
}
