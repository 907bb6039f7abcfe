/// Looks for bytes in text, eight at a time.
extension Span<UInt8> {
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  /// The first place in `range` of this byte.
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    let pattern = Self.ones &* UInt64(byte)
    var position = range.lowerBound
    while position &+ 8 <= range.upperBound {
      let found = Self.zeroBits(eightBytes(at: position) ^ pattern)
      // The lowest bit that is set is that of the first byte.
      if found != 0 { return position + found.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < range.upperBound {
      if self[position] == byte { return position }
      position &+= 1
    }
    return nil
  }

  /// Whether any of the bytes is a control character, horizontal tab included (RFC 5234 §B.1: CTL).
  var holdsControls: Bool {
    var found: UInt64 = 0
    var position = 0
    while position &+ 8 <= count {
      let word = eightBytes(at: position)
      found |= (word &- 0x20 &* Self.ones) & ~word & Self.highBits
      found |= Self.zeroBits(word ^ 0x7f &* Self.ones)
      position &+= 8
    }
    while position < count {
      if self[position] < 0x20 || self[position] == 0x7f { return true }
      position &+= 1
    }
    return found != 0
  }

  /// The high bit of the first byte that is zero, and perhaps of ones behind it; nothing where none is.
  @inline(__always)
  private static func zeroBits(_ word: UInt64) -> UInt64 {
    (word &- ones) & ~word & highBits
  }

  /// The first byte in the lowest bits.
  @inline(__always)
  private func eightBytes(at position: Int) -> UInt64 {
    // Any eight bytes are a number; that they are there is checked.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
  }
}
