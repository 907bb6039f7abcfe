import SessionEvents

/// Which of DNS's siblings a session speaks; the messages alone do not say.
struct DNSSetting: Hashable {
  static let plain = DNSSetting(flavor: nil, pairs: true)
  static let netBIOS = DNSSetting(flavor: nil, pairs: true, isNetBIOS: true)

  let flavor: DNSFlavor?
  /// Whether responses belong to queries.
  ///
  /// Multicast ones do not (RFC 6762 §6, §18.1), unless a resolver asked that knows nothing of multicast (§6.7).
  let pairs: Bool
  /// Whether this is the name service of NetBIOS, in DNS's format but with names, types and errors of its own.
  ///
  /// Its hosts ask and answer from port 137 to port 137 (RFC 1002 §4.2.1.1), from which no resolver sends.
  let isNetBIOS: Bool

  private static let multicastPort: UInt16 = 5_353
  private static let linkLocalPort: UInt16 = 5_355
  private static let netBIOSPort: UInt16 = 137

  private init(flavor: DNSFlavor?, pairs: Bool, isNetBIOS: Bool = false) {
    self.flavor = flavor
    self.pairs = pairs
    self.isNetBIOS = isNetBIOS
  }

  /// Port 5353 may as well be an ordinary server's: it is multicast DNS only to a group, or between two such ports.
  init(_ opening: SessionOpening) {
    let server = opening.originalDestination
    let client = opening.client
    if server.port == Self.multicastPort, server.address.isMulticast || client.port == Self.multicastPort {
      self.init(flavor: .mdns, pairs: client.port != Self.multicastPort)
    } else if server.port == Self.linkLocalPort {
      self.init(flavor: .llmnr, pairs: true)
    } else if server.port == Self.netBIOSPort, client.port == Self.netBIOSPort {
      self = .netBIOS
    } else {
      self = .plain
    }
  }
}

extension IPAddress {
  /// 224.0.0.0/4 or ff00::/8.
  var isMulticast: Bool {
    switch self {
    case .v4(let value): value >> 28 == 0xe
    case .v6(let high, _): high >> 56 == 0xff
    }
  }
}
