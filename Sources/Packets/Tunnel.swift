/// Finds the packet within a packet: IP in IP (RFC 2003, RFC 4213, RFC 2473), MPLS in IP (RFC 4023) and GRE
/// (RFC 2784, RFC 2890, RFC 2637).
enum Tunnel {
  /// Tunnels within tunnels that are followed.
  static let maximumDepth = 8

  /// Where the IP header of the inner packet is; nil where there is none.
  static func inner(
    _ protocolNumber: UInt8, _ frame: Span<UInt8>, _ part: PayloadPart
  ) throws(PacketError) -> NetworkStart? {
    let start = part.range.lowerBound
    switch protocolNumber {
    case 4: return NetworkStart(family: .ipv4, offset: start)
    case 41: return NetworkStart(family: .ipv6, offset: start)
    case 47: return try gre(frame, part)
    case 137: return try follow(.mpls, at: start, in: frame.extracting(first: part.range.upperBound))
    default: return nil
    }
  }

  /// Follows a GRE header; nil where it carries something else than IP.
  ///
  ///     |C|R|K|S|s|Recur|A| Flags | Ver |         Protocol Type         |
  ///     |      Checksum (optional)      |       Offset (optional)       |
  ///     |                         Key (optional)                        |
  ///     |                   Sequence Number (optional)                  |
  ///     |        Acknowledgment Number (optional, version 1 alone)      |
  private static func gre(_ frame: Span<UInt8>, _ part: PayloadPart) throws(PacketError) -> NetworkStart? {
    let start = part.range.lowerBound
    try part.require(4, .gre)
    let flags = frame.uint16(at: start)
    let version = flags & 7
    // A list of routes (RFC 1701) was given up long ago; its length cannot be told without walking it.
    guard version <= 1, flags & 0x4000 == 0 else { return nil }
    var length = 4
    if flags & 0x8000 != 0 { length += 4 }
    if flags & 0x2000 != 0 { length += 4 }
    if flags & 0x1000 != 0 { length += 4 }
    if version == 1, flags & 0x0080 != 0 { length += 4 }
    try part.require(length, .gre)
    // In version 1 a packet without a number only acknowledges others.
    if version == 1, flags & 0x1000 == 0 { return nil }
    return try follow(
      .etherType(frame.uint16(at: start + 2)), at: start + length,
      in: frame.extracting(first: part.range.upperBound))
  }

  private static func follow(
    _ header: Encapsulation.Header, at offset: Int, in frame: Span<UInt8>
  ) throws(PacketError) -> NetworkStart? {
    do throws(PacketError) {
      return try Encapsulation.follow(header, at: offset, in: frame)
    } catch {
      guard case .notIP = error else { throw error }
      return nil
    }
  }
}
