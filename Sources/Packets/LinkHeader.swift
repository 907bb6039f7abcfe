/// Where a frame, or a tunnel, has its IP header.
struct NetworkStart {
  enum Family {
    case ipv4
    case ipv6
  }

  var family: Family
  var offset: Int
}

/// What precedes the IP header in a frame.
enum LinkHeader {
  /// Finds the IP header of a frame.
  static func read(_ linkType: LinkType, _ frame: Span<UInt8>) throws(PacketError) -> NetworkStart {
    switch linkType {
    // Some tools write packets of either version under the link type of one.
    case .raw, .ipv4, .ipv6:
      return try byVersion(frame)
    case .null, .loop:
      try frame.requireLink(4, at: 0)
      return try byAddressFamily(frame.uint32(at: 0))
    case .ethernet:
      return try ethernet(frame)
    case .linuxCooked:
      try frame.requireLink(16, at: 0)
      return try cooked(frame, protocolAt: 14, end: 16)
    case .linuxCooked2:
      try frame.requireLink(20, at: 0)
      return try cooked(frame, protocolAt: 0, end: 20)
    case .ppp:
      return try Encapsulation.follow(.ppp, at: 0, in: frame)
    case .pppHDLC:
      try frame.requireLink(4, at: 0)
      // Cisco's addresses: unicast, or to all.
      let isCisco = frame[0] == 0x0f || frame[0] == 0x8f
      return try isCisco ? ciscoHDLC(frame) : Encapsulation.follow(.ppp, at: 0, in: frame)
    case .ciscoHDLC:
      try frame.requireLink(4, at: 0)
      return try ciscoHDLC(frame)
    case .pppoe:
      return try Encapsulation.follow(.etherType(EtherType.pppoe), at: 0, in: frame)
    }
  }

  private static func byVersion(_ frame: Span<UInt8>) throws(PacketError) -> NetworkStart {
    try frame.requireLink(1, at: 0)
    switch frame[0] >> 4 {
    case 4: return NetworkStart(family: .ipv4, offset: 0)
    case 6: return NetworkStart(family: .ipv6, offset: 0)
    case let version: throw .malformed(.link, offset: 0, .version(version))
    }
  }

  /// AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30, as the capturing system has it, in either byte order.
  private static func byAddressFamily(_ number: UInt32) throws(PacketError) -> NetworkStart {
    switch number < 0x1_0000 ? number : number.byteSwapped {
    case 2: return NetworkStart(family: .ipv4, offset: 4)
    case 10, 24, 28, 30: return NetworkStart(family: .ipv6, offset: 4)
    default: break
    }
    // Some tools write an EtherType into the last two bytes.
    switch UInt16(truncatingIfNeeded: number) {
    case EtherType.ipv4: return NetworkStart(family: .ipv4, offset: 4)
    case EtherType.ipv6: return NetworkStart(family: .ipv6, offset: 4)
    default: throw .notIP(protocolNumber: number)
    }
  }

  /// The way of nearly all frames, without a walk.
  private static func ethernet(_ frame: Span<UInt8>) throws(PacketError) -> NetworkStart {
    try frame.requireLink(14, at: 0)
    switch frame.uint16(at: 12) {
    case EtherType.ipv4: return NetworkStart(family: .ipv4, offset: 14)
    case EtherType.ipv6: return NetworkStart(family: .ipv6, offset: 14)
    default: return try Encapsulation.follow(.ethernet, at: 0, in: frame)
    }
  }

  /// The protocol is an EtherType, or one of Linux's own numbers for frames without one: 4 is IEEE 802.2.
  private static func cooked(
    _ frame: Span<UInt8>, protocolAt: Int, end: Int
  ) throws(PacketError) -> NetworkStart {
    let type = frame.uint16(at: protocolAt)
    return try Encapsulation.follow(type == 4 ? .llc : .etherType(type), at: end, in: frame)
  }

  private static func ciscoHDLC(_ frame: Span<UInt8>) throws(PacketError) -> NetworkStart {
    try Encapsulation.follow(.etherType(frame.uint16(at: 2)), at: 4, in: frame)
  }
}

extension Span<UInt8> {
  /// Checks that there are `count` bytes of a header below IP at `offset`.
  func requireLink(_ count: Int, at offset: Int) throws(PacketError) {
    guard self.count - offset >= count else {
      throw .truncated(.link, offset: offset, needed: count, had: self.count - offset)
    }
  }
}
