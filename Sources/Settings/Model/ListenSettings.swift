package import SessionEvents

/// Where redirected connections and queries arrive.
package struct ListenSettings: Hashable, Sendable {
  /// By default where REDIRECT in the OUTPUT chain sends IPv4 and IPv6.
  ///
  /// Never empty, and no address twice.
  package var addresses: [IPAddress] = [.v4(0x7f00_0001), .v6(0, 1)]
  /// The three ports differ, and none is 0.
  package var tcpPort: UInt16 = 51_080
  package var tlsPort: UInt16 = 51_443
  /// For UDP and TCP.
  package var dnsPort: UInt16 = 51_053
  /// SO_MARK of the relay's own connections, by which firewall rules exempt them; never 0, which is no mark.
  package var mark: UInt32 = 0x5754

  package init() {}
}
