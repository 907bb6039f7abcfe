/// Cuts whole IP packets into fragments (RFC 791 §3.2, RFC 8200 §4.5).
public enum PacketFragments {
  /// The fragments, in order, each with at most `size` bytes of the packet's payload, which is at least 8 and a multiple
  /// of 8.
  ///
  /// The packet is a bare IPv4 or IPv6 packet without options or extension headers, as `PacketWriter` writes it; of
  /// `identification` IPv4 has the lower 16 bits.
  public static func make(_ packet: Span<UInt8>, size: Int, identification: UInt32) -> [[UInt8]] {
    precondition(size >= 8 && size.isMultiple(of: 8))
    guard packet.count > 0 else { return [] }
    let isIPv4 = packet[0] >> 4 == 4
    let headerLength = isIPv4 ? IPv4Header.minimumLength : IPv6Header.length
    var fragments: [[UInt8]] = []
    var offset = headerLength
    while offset < packet.count {
      let end = min(packet.count, offset + size)
      let place = (offset - headerLength, hasMore: end < packet.count)
      var fragment =
        isIPv4
        ? header4(packet, place, length: end - offset, identification)
        : header6(packet, place, length: end - offset, identification)
      for index in offset..<end { fragment.append(packet[index]) }
      fragments.append(fragment)
      offset = end
    }
    return fragments
  }

  private static func header4(
    _ packet: Span<UInt8>, _ place: (offset: Int, hasMore: Bool), length: Int, _ identification: UInt32
  ) -> [UInt8] {
    var header = (0..<IPv4Header.minimumLength).map { packet[$0] }
    var span = header.mutableSpan
    span.put(UInt16(IPv4Header.minimumLength + length), at: 2)
    span.put(UInt16(truncatingIfNeeded: identification), at: 4)
    span.put(UInt16(place.offset / 8) | (place.hasMore ? 0x2000 : 0), at: 6)
    span.put(UInt16(0), at: 10)
    var checksum = InternetChecksum()
    checksum.add(span.span)
    span.put(checksum.value, at: 10)
    return header
  }

  private static func header6(
    _ packet: Span<UInt8>, _ place: (offset: Int, hasMore: Bool), length: Int, _ identification: UInt32
  ) -> [UInt8] {
    let fragmentHeaderLength = 8
    var header = (0..<IPv6Header.length).map { packet[$0] }
    let nextHeader = header[6]
    header += [UInt8](repeating: 0, count: fragmentHeaderLength)
    var span = header.mutableSpan
    span.put(UInt16(fragmentHeaderLength + length), at: 4)
    span.put(UInt8(44), at: 6)
    span.put(nextHeader, at: IPv6Header.length)
    span.put(UInt16(place.offset) | (place.hasMore ? 1 : 0), at: IPv6Header.length + 2)
    span.put(identification, at: IPv6Header.length + 4)
    return header
  }
}
