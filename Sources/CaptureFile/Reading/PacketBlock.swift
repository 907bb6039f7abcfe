import SessionEvents

/// What a block of a pcapng file says of the packet that it holds (draft-ietf-opsawg-pcapng §4.3, §4.4, appendix A).
///
///          Enhanced (6)              Obsolete (2)              Simple (3)
///      8   Interface ID              Interface ID, Drops       Original Length
///     12   Timestamp (high)          Timestamp (high)          Packet Data …
///     16   Timestamp (low)           Timestamp (low)
///     20   Captured Length           Captured Length
///     24   Original Length           Original Length
///     28   Packet Data, Options …    Packet Data, Options …
struct PacketBlock {
  enum Layout {
    case enhanced
    case obsolete
    case simple
  }

  /// No packet is captured with more bytes; libpcap and Wireshark have the same limit.
  static let largestPacket = 262_144

  var linkNumber: Int32
  /// Nil in a simple block.
  var time: Timestamp?
  var originalLength: Int
  /// Where the bytes lie in the block.
  var bytes: Range<Int>

  /// Reads a whole block of at least its layout's minimum length.
  init(
    _ block: Span<UInt8>, _ layout: Layout, _ order: ByteOrder, interfaces: [CaptureInterface]
  ) throws(BlockDefect) {
    let number: UInt32
    switch layout {
    case .enhanced: number = block.uint32(at: 8, order)
    case .obsolete: number = UInt32(block.uint16(at: 8, order))
    case .simple: number = 0
    }
    guard number < interfaces.count else { throw .noInterface(number) }
    let interface = interfaces[Int(number)]
    linkNumber = interface.linkNumber
    let captured: UInt32
    let start: Int
    if layout == .simple {
      let original = block.uint32(at: 8, order)
      originalLength = Int(original)
      captured = interface.snapLength == 0 ? original : min(original, interface.snapLength)
      start = 12
    } else {
      let high = UInt64(block.uint32(at: 12, order))
      time = interface.clock.time(high << 32 | UInt64(block.uint32(at: 16, order)))
      captured = block.uint32(at: 20, order)
      originalLength = Int(block.uint32(at: 24, order))
      start = 28
    }
    // The total length stands again at the block's end.
    guard captured <= Self.largestPacket, Int(captured) <= block.count - 4 - start else {
      throw .capturedLength(captured)
    }
    bytes = start..<start + Int(captured)
  }
}
