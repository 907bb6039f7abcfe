package import SessionEvents

/// Where DNS queries go.
package struct DNSSettings: Hashable, Sendable {
  package var destination = DNSDestinationChoice.nameservers
  /// Asked in turn.
  ///
  /// Empty only where `destination` is `original`, or where the settings were not loaded.
  package var nameservers: [Endpoint] = []
  /// Per try; above zero.
  package var timeout = Duration.seconds(2)
  /// 1 to 10.
  package var attempts = 3

  package init() {}
}

/// `dns`: who answers a redirected query.
package enum DNSDestinationChoice: String, Hashable, Sendable, CaseIterable {
  /// The configured nameservers.
  case nameservers
  /// The server that the client asked.
  case original
}
