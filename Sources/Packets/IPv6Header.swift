import SessionEvents

/// Reads an IPv6 packet and its extension headers (RFC 8200 §3, §4).
///
///     |Version| Traffic Class |           Flow Label                  |
///     |         Payload Length        |  Next Header  |   Hop Limit   |
///     |                 Source Address (16 bytes)                     |
///     |               Destination Address (16 bytes)                  |
enum IPv6Header {
  static let length = 40

  static func read(
    _ frame: Span<UInt8>, at start: Int, wireEnd: Int
  ) throws(PacketError) -> NetworkHeader {
    let had = frame.count - start
    guard had >= length else { throw .truncated(.ipv6, offset: start, needed: length, had: had) }
    let version = frame[start] >> 4
    guard version == 6 else { throw .malformed(.ipv6, offset: start, .version(version)) }
    let payloadLength = Int(frame.uint16(at: start + 4))
    // Zero where segmentation offload left it unset, or a jumbogram (RFC 2675) has it elsewhere.
    // And no packet is longer than what was on the wire.
    let end = payloadLength == 0 ? max(wireEnd, start + length) : min(wireEnd, start + length + payloadLength)
    let part = PayloadPart(from: start + length, to: end, capturedEnd: frame.count)
    return NetworkHeader(
      source: .v6(frame.uint64(at: start + 8), frame.uint64(at: start + 16)),
      destination: .v6(frame.uint64(at: start + 24), frame.uint64(at: start + 32)),
      content: try content(frame, nextHeader: frame[start + 6], part))
  }

  /// Extension headers followed before the packet counts as malformed.
  private static let maximumExtensionCount = 16

  /// Follows the extension headers, the first of which, or what else `nextHeader` names, is at the beginning of `part`.
  static func content(
    _ frame: Span<UInt8>, nextHeader: UInt8, _ part: PayloadPart
  ) throws(PacketError) -> NetworkHeader.Content {
    var nextHeader = nextHeader
    var part = part
    for _ in 0...maximumExtensionCount {
      let start = part.range.lowerBound
      switch nextHeader {
      case 0, 43, 60:
        // Hop-by-hop options, routing, destination options: a length in 8 bytes, less the first 8.
        try part.require(8, .ipv6)
        let length = 8 + Int(frame[start + 1]) * 8
        try part.require(length, .ipv6)
        nextHeader = frame[start]
        part = part.dropping(length)
      case AuthenticationHeader.protocolNumber:
        let length = try AuthenticationHeader.length(frame, part, .ipv6)
        nextHeader = frame[start]
        part = part.dropping(length)
      case 44:
        let fragment = try fragment(frame, part)
        // An atomic fragment (RFC 6946) is a whole packet.
        guard fragment.offset == 0, !fragment.moreFragments else { return .fragment(fragment) }
        nextHeader = fragment.protocolNumber
        part = part.dropping(8)
      default:
        return .payload(protocolNumber: nextHeader, part)
      }
    }
    throw .malformed(.ipv6, offset: part.range.lowerBound, .tooManyHeaders)
  }

  private static func fragment(
    _ frame: Span<UInt8>, _ part: PayloadPart
  ) throws(PacketError) -> IPFragment {
    try part.require(8, .ipv6)
    let start = part.range.lowerBound
    let fragmentation = frame.uint16(at: start + 2)
    let rest = part.dropping(8)
    return IPFragment(
      identification: frame.uint32(at: start + 4), offset: Int(fragmentation & 0xfff8),
      moreFragments: fragmentation & 1 != 0, protocolNumber: frame[start], payload: rest.range,
      missingByteCount: rest.missingByteCount)
  }
}
