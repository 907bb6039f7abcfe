/// In which order a section of a pcapng file has the bytes of its numbers.
enum ByteOrder {
  case little
  case big
}

extension Span<UInt8> {
  /// The number of 16 bits at `offset`.
  func uint16(at offset: Int, _ order: ByteOrder) -> UInt16 {
    let (first, second) = (UInt16(self[offset]), UInt16(self[offset + 1]))
    return order == .little ? second << 8 | first : first << 8 | second
  }

  /// The number of 32 bits at `offset`.
  func uint32(at offset: Int, _ order: ByteOrder) -> UInt32 {
    let (first, second) = (UInt32(uint16(at: offset, order)), UInt32(uint16(at: offset + 2, order)))
    return order == .little ? second << 16 | first : first << 16 | second
  }

  /// The number of 64 bits at `offset`.
  func uint64(at offset: Int, _ order: ByteOrder) -> UInt64 {
    let (first, second) = (UInt64(uint32(at: offset, order)), UInt64(uint32(at: offset + 4, order)))
    return order == .little ? second << 32 | first : first << 32 | second
  }
}
