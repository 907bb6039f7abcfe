import SessionEvents

/// Reads an IPv4 packet (RFC 791 §3.1).
///
///      0                   1                   2                   3
///     |Version|  IHL  |Type of Service|          Total Length         |
///     |         Identification        |Flags|      Fragment Offset    |
///     |  Time to Live |    Protocol   |         Header Checksum       |
///     |                       Source Address                          |
///     |                    Destination Address                        |
///     |                    Options, to a multiple of 32 bits          |
enum IPv4Header {
  static let minimumLength = 20

  static func read(
    _ frame: Span<UInt8>, at start: Int, wireEnd: Int
  ) throws(PacketError) -> NetworkHeader {
    let had = frame.count - start
    guard had >= minimumLength else {
      throw .truncated(.ipv4, offset: start, needed: minimumLength, had: had)
    }
    let part = try payload(frame, at: start, wireEnd: wireEnd)
    return NetworkHeader(
      source: .v4(frame.uint32(at: start + 12)),
      destination: .v4(frame.uint32(at: start + 16)),
      content: try content(frame, at: start, part))
  }

  private static func payload(
    _ frame: Span<UInt8>, at start: Int, wireEnd: Int
  ) throws(PacketError) -> PayloadPart {
    let version = frame[start] >> 4
    guard version == 4 else { throw .malformed(.ipv4, offset: start, .version(version)) }
    let headerLength = Int(frame[start] & 0x0f) * 4
    guard headerLength >= minimumLength else {
      throw .malformed(.ipv4, offset: start, .headerLength(headerLength))
    }
    guard frame.count - start >= headerLength else {
      throw .truncated(.ipv4, offset: start, needed: headerLength, had: frame.count - start)
    }
    let totalLength = Int(frame.uint16(at: start + 2))
    // Segmentation offload captures packets before their length is set: what is there is the packet. And no packet is
    // longer than what was on the wire: a length that says so is damaged.
    let end = totalLength == 0 ? wireEnd : min(wireEnd, start + totalLength)
    guard end - start >= headerLength else {
      throw .malformed(.ipv4, offset: start + 2, .length(totalLength))
    }
    return PayloadPart(from: start + headerLength, to: end, capturedEnd: frame.count)
  }

  private static func content(
    _ frame: Span<UInt8>, at start: Int, _ part: PayloadPart
  ) throws(PacketError) -> NetworkHeader.Content {
    let protocolNumber = frame[start + 9]
    let fragmentation = frame.uint16(at: start + 6)
    let moreFragments = fragmentation & 0x2000 != 0
    let offset = Int(fragmentation & 0x1fff) * 8
    guard moreFragments || offset > 0 else {
      return try payload(frame, protocolNumber: protocolNumber, part)
    }
    return .fragment(
      IPFragment(
        identification: UInt32(frame.uint16(at: start + 4)), offset: offset,
        moreFragments: moreFragments, protocolNumber: protocolNumber, payload: part.range,
        missingByteCount: part.missingByteCount))
  }

  /// What the packet carries, behind an authentication header where there is one.
  static func payload(
    _ frame: Span<UInt8>, protocolNumber: UInt8, _ part: PayloadPart
  ) throws(PacketError) -> NetworkHeader.Content {
    guard protocolNumber == AuthenticationHeader.protocolNumber else {
      return .payload(protocolNumber: protocolNumber, part)
    }
    let length = try AuthenticationHeader.length(frame, part, .ipv4)
    return .payload(protocolNumber: frame[part.range.lowerBound], part.dropping(length))
  }
}
