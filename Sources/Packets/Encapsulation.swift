/// EtherTypes that lead to IP.
enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86dd
  static let pppoe: UInt16 = 0x8864
}

/// Follows the headers that may stand between a link, or a tunnel, and IP, in any order that names the next.
enum Encapsulation {
  /// What begins at a place in a frame.
  enum Header {
    /// An Ethernet header: two addresses, then a type, or the length of an IEEE 802.2 header and what follows.
    case ethernet
    /// What this EtherType names.
    case etherType(UInt16)
    /// IEEE 802.2, with SNAP behind it where it says so (RFC 1042).
    case llc
    /// A label of MPLS (RFC 3032).
    case mpls
    /// A protocol number of PPP, with HDLC's address and control before it or not (RFC 1661, RFC 1662).
    case ppp
  }

  /// Headers followed before a frame counts as malformed.
  private static let maximumHeaderCount = 16

  static func follow(
    _ header: Header, at offset: Int, in frame: Span<UInt8>
  ) throws(PacketError) -> NetworkStart {
    var header = header
    var offset = offset
    for _ in 0..<maximumHeaderCount {
      switch header {
      case .etherType(EtherType.ipv4): return NetworkStart(family: .ipv4, offset: offset)
      case .etherType(EtherType.ipv6): return NetworkStart(family: .ipv6, offset: offset)
      case .etherType(let type): (header, offset) = try etherType(type, at: offset, in: frame)
      case .ethernet:
        try frame.requireLink(14, at: offset)
        header = typeOrLength(frame.uint16(at: offset + 12))
        offset += 14
      case .llc: (header, offset) = try llc(at: offset, in: frame)
      case .mpls: (header, offset) = try mpls(at: offset, in: frame)
      case .ppp: (header, offset) = try ppp(at: offset, in: frame)
      }
    }
    throw .malformed(.link, offset: offset, .tooManyHeaders)
  }

  private static func etherType(
    _ type: UInt16, at offset: Int, in frame: Span<UInt8>
  ) throws(PacketError) -> (Header, Int) {
    switch type {
    // IEEE 802.1Q, 802.1ad (QinQ), and their older numbers.
    case 0x8100, 0x88a8, 0x9100, 0x9200:
      try frame.requireLink(4, at: offset)
      return (typeOrLength(frame.uint16(at: offset + 2)), offset + 4)
    case 0x8847, 0x8848: return (.mpls, offset)
    case EtherType.pppoe:
      // RFC 2516 §4: version and type, code, session, length.
      try frame.requireLink(6, at: offset)
      guard frame[offset + 1] == 0 else { throw .notIP(protocolNumber: UInt32(type)) }
      return (.ppp, offset + 6)
    // Transparent Ethernet bridging, and PPP, as tunnels carry them.
    case 0x6558: return (.ethernet, offset)
    case 0x880b: return (.ppp, offset)
    default: throw .notIP(protocolNumber: UInt32(type))
    }
  }

  /// IEEE 802.3 §3.2.6: numbers up to 1500 are lengths.
  private static func typeOrLength(_ number: UInt16) -> Header {
    number <= 1_500 ? .llc : .etherType(number)
  }

  private static func llc(at offset: Int, in frame: Span<UInt8>) throws(PacketError) -> (Header, Int) {
    try frame.requireLink(3, at: offset)
    let points = frame.uint16(at: offset)
    guard frame[offset + 2] == 0x03 else { throw .notIP(protocolNumber: UInt32(points)) }
    switch points {
    case 0x0606: return (.etherType(EtherType.ipv4), offset + 3)
    case 0xaaaa:
      try frame.requireLink(8, at: offset)
      let organization = frame.uint32(at: offset + 2) & 0xff_ffff
      // RFC 1042's, and the one of IEEE 802.1H for what it would confuse.
      guard organization == 0 || organization == 0xf8 else { throw .notIP(protocolNumber: organization) }
      return (.etherType(frame.uint16(at: offset + 6)), offset + 8)
    default: throw .notIP(protocolNumber: UInt32(points))
    }
  }

  /// Below the last label nothing names what follows: IP shows in its version, a pseudowire of Ethernet in its EtherType,
  /// behind a control word that begins with zeros (RFC 4385 §3) or without one.
  private static func mpls(at offset: Int, in frame: Span<UInt8>) throws(PacketError) -> (Header, Int) {
    try frame.requireLink(4, at: offset)
    let isLast = frame[offset + 2] & 1 != 0
    guard isLast else { return (.mpls, offset + 4) }
    try frame.requireLink(5, at: offset)
    switch frame[offset + 4] >> 4 {
    case 4: return (.etherType(EtherType.ipv4), offset + 4)
    case 6: return (.etherType(EtherType.ipv6), offset + 4)
    case 0 where hasEthernet(frame, at: offset + 8): return (.ethernet, offset + 8)
    default:
      guard hasEthernet(frame, at: offset + 4) else { throw .notIP(protocolNumber: 0x8847) }
      return (.ethernet, offset + 4)
    }
  }

  /// Whether an Ethernet header here would lead to IP, at once or through a VLAN.
  private static func hasEthernet(_ frame: Span<UInt8>, at offset: Int) -> Bool {
    guard frame.count - offset >= 14 else { return false }
    return [EtherType.ipv4, EtherType.ipv6, 0x8100, 0x88a8].contains(frame.uint16(at: offset + 12))
  }

  private static func ppp(at offset: Int, in frame: Span<UInt8>) throws(PacketError) -> (Header, Int) {
    var offset = offset
    try frame.requireLink(2, at: offset)
    if frame.uint16(at: offset) == 0xff03 { offset += 2 }
    try frame.requireLink(1, at: offset)
    // An odd first byte is a number in one byte (RFC 1661 §6.5).
    let isShort = frame[offset] & 1 != 0
    try frame.requireLink(isShort ? 1 : 2, at: offset)
    let number = isShort ? UInt16(frame[offset]) : frame.uint16(at: offset)
    offset += isShort ? 1 : 2
    switch number {
    case 0x0021: return (.etherType(EtherType.ipv4), offset)
    case 0x0057: return (.etherType(EtherType.ipv6), offset)
    case 0x0281, 0x0283: return (.mpls, offset)
    default: throw .notIP(protocolNumber: UInt32(number))
    }
  }
}
