/// What precedes the IP header in a frame.
struct LinkHeader {
  enum Family {
    case ipv4
    case ipv6
  }

  var family: Family
  /// Where the IP header begins.
  var end: Int

  static func read(_ linkType: LinkType, _ frame: Span<UInt8>) throws(PacketError) -> LinkHeader {
    switch linkType {
    case .raw:
      return try byVersion(frame)
    case .ipv4:
      return LinkHeader(family: .ipv4, end: 0)
    case .ipv6:
      return LinkHeader(family: .ipv6, end: 0)
    case .null, .loop:
      try require(4, in: frame, at: 0)
      return try byAddressFamily(frame.uint32(at: 0))
    case .ethernet:
      try require(14, in: frame, at: 0)
      return try byEtherType(frame, typeAt: 12, end: 14)
    case .linuxCooked:
      try require(16, in: frame, at: 0)
      return try byEtherType(frame, typeAt: 14, end: 16)
    case .linuxCooked2:
      try require(20, in: frame, at: 0)
      return try byEtherType(frame, typeAt: 0, end: 20)
    }
  }

  private static func byVersion(_ frame: Span<UInt8>) throws(PacketError) -> LinkHeader {
    try require(1, in: frame, at: 0)
    switch frame[0] >> 4 {
    case 4: return LinkHeader(family: .ipv4, end: 0)
    case 6: return LinkHeader(family: .ipv6, end: 0)
    case let version: throw .malformed(.link, offset: 0, .version(version))
    }
  }

  /// AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30, as the capturing system has it, in either byte order.
  private static func byAddressFamily(_ number: UInt32) throws(PacketError) -> LinkHeader {
    switch number < 0x1_0000 ? number : number.byteSwapped {
    case 2: return LinkHeader(family: .ipv4, end: 4)
    case 10, 24, 28, 30: return LinkHeader(family: .ipv6, end: 4)
    default: throw .notIP(protocolNumber: number)
    }
  }

  /// Follows VLAN tags: IEEE 802.1Q, 802.1ad (QinQ), and the older 0x9100.
  private static func byEtherType(
    _ frame: Span<UInt8>, typeAt: Int, end: Int
  ) throws(PacketError) -> LinkHeader {
    var type = frame.uint16(at: typeAt)
    var end = end
    for _ in 0...maximumTagCount {
      switch type {
      case 0x0800: return LinkHeader(family: .ipv4, end: end)
      case 0x86dd: return LinkHeader(family: .ipv6, end: end)
      case 0x8100, 0x88a8, 0x9100:
        try require(4, in: frame, at: end)
        type = frame.uint16(at: end + 2)
        end += 4
      default: throw .notIP(protocolNumber: UInt32(type))
      }
    }
    throw .malformed(.link, offset: end, .tooManyHeaders)
  }

  private static let maximumTagCount = 4

  private static func require(_ count: Int, in frame: Span<UInt8>, at offset: Int) throws(PacketError) {
    guard frame.count - offset >= count else {
      throw .truncated(.link, offset: offset, needed: count, had: frame.count - offset)
    }
  }
}
