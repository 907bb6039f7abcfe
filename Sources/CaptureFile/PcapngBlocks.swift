public import SessionEvents

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, as bytes; where they go is the caller's affair.
///
/// libpcap reads pcapng and cannot write it.
///
///      0                   1                   2                   3
///     +---------------------------------------------------------------+
///     |                          Block Type                           |
///     +---------------------------------------------------------------+
///     |                      Block Total Length                       |
///     +---------------------------------------------------------------+
///     |            body, options, each padded to 32 bits              |
///     +---------------------------------------------------------------+
///     |                      Block Total Length                       |
///     +---------------------------------------------------------------+
public enum PcapngBlocks {
  /// Bytes of one option's value, or of one name record.
  public static let valueLimit = 65_535

  private enum BlockType: UInt32 {
    case sectionHeader = 0x0a0d_0d0a
    case interfaceDescription = 1
    case nameResolution = 4
    case enhancedPacket = 6
  }

  private enum OptionCode: UInt16 {
    case end = 0
    case comment = 1
    /// `if_name` of an interface.
    case interfaceName = 2
    /// `shb_userappl` of a section; `if_description` of an interface.
    case description = 3
    case application = 4
    case timeResolution = 9
  }

  /// Begins a section; whatever follows belongs to it until the next.
  public static func sectionHeader(application: String, comment: String? = nil) -> [UInt8] {
    var body: [UInt8] = []
    append(UInt32(0x1a2b_3c4d), to: &body)
    append(UInt16(1), to: &body)
    append(UInt16(0), to: &body)
    // The section's length is not known beforehand.
    append(UInt64.max, to: &body)
    if let comment { option(.comment, Array(comment.utf8), to: &body) }
    option(.application, Array(application.utf8), to: &body)
    endOptions(&body)
    return block(.sectionHeader, body)
  }

  /// Describes the section's next interface, the first of which is number 0; times on it count nanoseconds.
  public static func interface(linkNumber: Int32, description: String? = nil) -> [UInt8] {
    var body: [UInt8] = []
    append(linkType(of: linkNumber), to: &body)
    append(UInt16(0), to: &body)
    // No packet is longer in any capture that libpcap reads.
    append(UInt32(262_144), to: &body)
    if let description { option(.description, Array(description.utf8), to: &body) }
    option(.timeResolution, [9], to: &body)
    endOptions(&body)
    return block(.interfaceDescription, body)
  }

  /// Tells the names of addresses.
  ///
  /// Names that are too long for a record are left out.
  public static func names(_ names: [(address: IPAddress, names: [String])]) -> [UInt8] {
    var body: [UInt8] = []
    for entry in names {
      var value = entry.address.networkBytes
      for name in entry.names where !name.utf8.contains(0) {
        guard value.count + name.utf8.count < valueLimit else { break }
        value += Array(name.utf8) + [0]
      }
      append(UInt16(entry.address.isIPv4 ? 1 : 2), to: &body)
      append(UInt16(value.count), to: &body)
      pad(value, to: &body)
    }
    append(UInt32(0), to: &body)
    return block(.nameResolution, body)
  }

  /// Appends a packet of an interface, with a comment if it has one.
  public static func appendPacket(
    _ packet: CapturedPacket, _ bytes: Span<UInt8>, interface: UInt32, comment: String? = nil,
    to output: inout [UInt8]
  ) {
    let start = output.count
    append(BlockType.enhancedPacket.rawValue, to: &output)
    append(UInt32(0), to: &output)
    append(interface, to: &output)
    // The format has no times before 1970.
    let time = UInt64(max(0, packet.time.nanoseconds))
    append(UInt32(time >> 32), to: &output)
    append(UInt32(truncatingIfNeeded: time), to: &output)
    append(UInt32(clamping: bytes.count), to: &output)
    append(UInt32(clamping: packet.originalLength), to: &output)
    // The buffer is read during the call only.
    bytes.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    while output.count % 4 != start % 4 { output.append(0) }
    if let comment {
      option(.comment, Array(comment.utf8), to: &output)
      endOptions(&output)
    }
    let length = UInt32(output.count - start + 4)
    append(length, to: &output)
    for byte in 0..<4 { output[start + 4 + byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(byte))) }
  }

  // MARK: Helpers

  private static func block(_ type: BlockType, _ body: [UInt8]) -> [UInt8] {
    var block: [UInt8] = []
    block.reserveCapacity(body.count + 12)
    append(type.rawValue, to: &block)
    append(UInt32(body.count + 12), to: &block)
    block += body
    append(UInt32(body.count + 12), to: &block)
    return block
  }

  /// A longer value is cut, between characters where it is text.
  private static func option(_ code: OptionCode, _ value: [UInt8], to bytes: inout [UInt8]) {
    var end = min(value.count, valueLimit)
    while end < value.count, end > 0, value[end] & 0xc0 == 0x80 { end -= 1 }
    append(code.rawValue, to: &bytes)
    append(UInt16(end), to: &bytes)
    pad(Array(value[..<end]), to: &bytes)
  }

  private static func endOptions(_ bytes: inout [UInt8]) {
    append(OptionCode.end.rawValue, to: &bytes)
    append(UInt16(0), to: &bytes)
  }

  private static func pad(_ value: [UInt8], to bytes: inout [UInt8]) {
    bytes += value
    for _ in 0..<(4 - value.count % 4) % 4 { bytes.append(0) }
  }

  private static func append(_ value: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// The number that files have for libpcap's DLT number, where they differ (pcap-linktype(7)).
  private static func linkType(of linkNumber: Int32) -> UInt16 {
    switch linkNumber {
    case 11: 100
    case 12: 101
    case 15: 102
    case 16: 103
    case 19: 106
    default: UInt16(clamping: linkNumber)
    }
  }
}
