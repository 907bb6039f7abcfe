/// What a pcapng section says of one of its interfaces (draft-ietf-opsawg-pcapng §4.2).
///
///      0   Block Type = 1
///      4   Block Total Length
///      8   LinkType                       10  Reserved
///     12   SnapLen: 0 for no limit
///     16   Options
struct CaptureInterface {
  /// The DLT number.
  var linkNumber: Int32
  /// Bytes captured of each packet at most; 0 for no limit.
  var snapLength: UInt32
  var clock: InterfaceClock

  init(_ block: Span<UInt8>, _ order: ByteOrder) throws(BlockDefect) {
    linkNumber = dataLink(linkType: block.uint16(at: 8, order))
    snapLength = block.uint32(at: 12, order)
    var resolution: UInt8 = 6
    var offset: Int64 = 0
    try forEachOption(in: block, from: 16, order) { code, range throws(BlockDefect) in
      switch (code, range.count) {
      case (9, 1): resolution = block[range.lowerBound]
      case (14, 8): offset = Int64(bitPattern: block.uint64(at: range.lowerBound, order))
      case (9, _), (14, _): throw .option(code, length: range.count)
      default: break
      }
    }
    clock = InterfaceClock(resolution: resolution, offset: offset)
  }
}

/// Shows `visit` the code and the place of each option of a block, those that begin at `start`.
///
///      0   Option Code                     2   Option Length
///      4   Value, padded to 32 bits
func forEachOption(
  in block: Span<UInt8>, from start: Int, _ order: ByteOrder,
  _ visit: (UInt16, Range<Int>) throws(BlockDefect) -> Void
) throws(BlockDefect) {
  // The total length stands again at the block's end.
  let end = block.count - 4
  var offset = start
  while offset + 4 <= end {
    let code = block.uint16(at: offset, order)
    let length = Int(block.uint16(at: offset + 2, order))
    if code == 0 { return }
    let value = offset + 4
    guard length <= end - value else { throw .option(code, length: length) }
    try visit(code, value..<value + length)
    offset = value + (length + 3) & ~3
  }
}

/// The DLT number of a LINKTYPE number, which is another where systems disagree about the DLT number.
private func dataLink(linkType: UInt16) -> Int32 {
  switch linkType {
  case 100: 11
  case 101: 12
  case 102: 15
  case 103: 16
  case 106: 19
  default: Int32(linkType)
  }
}
