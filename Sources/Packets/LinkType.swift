/// How a capture frames its IP packets.
public enum LinkType: Hashable, Sendable, CaseIterable {
  /// BSD loopback: a 4-byte address family in the byte order of the capturing machine.
  case null
  case ethernet
  /// A bare IPv4 or IPv6 packet.
  case raw
  /// OpenBSD loopback: a 4-byte address family in network byte order.
  case loop
  /// Linux "cooked" capture (`tcpdump -i any`).
  case linuxCooked
  /// Linux "cooked" capture, version 2.
  case linuxCooked2
  case ipv4
  case ipv6
  /// PPP, with or without HDLC-like framing (RFC 1662).
  case ppp
  /// PPP in HDLC-like framing, or Cisco's HDLC where its address says so.
  case pppHDLC
  /// PPP over Ethernet (RFC 2516), without the Ethernet header.
  case pppoe
  /// Cisco's HDLC.
  case ciscoHDLC

  /// Takes a LINKTYPE number as it stands in a file, or a DLT number as libpcap reports it.
  public init?(number: Int32) {
    switch number {
    case 0: self = .null
    case 1: self = .ethernet
    case 9: self = .ppp
    case 12, 14, 101: self = .raw
    case 50: self = .pppHDLC
    case 51: self = .pppoe
    case 104: self = .ciscoHDLC
    case 108: self = .loop
    case 113: self = .linuxCooked
    case 276: self = .linuxCooked2
    case 228: self = .ipv4
    case 229: self = .ipv6
    default: return nil
    }
  }

  /// The DLT number, which libpcap translates to the file's LINKTYPE.
  public var number: Int32 {
    switch self {
    case .null: 0
    case .ethernet: 1
    case .ppp: 9
    case .raw: 12
    case .pppHDLC: 50
    case .pppoe: 51
    case .ciscoHDLC: 104
    case .loop: 108
    case .linuxCooked: 113
    case .linuxCooked2: 276
    case .ipv4: 228
    case .ipv6: 229
    }
  }
}
