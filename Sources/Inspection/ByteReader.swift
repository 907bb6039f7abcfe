/// Reads big-endian numbers and byte strings from a range of an array; every read is checked against its end.
struct ByteReader {
  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  /// Reads `range` of `bytes`, clamped to what there is.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    let clamped = range.clamped(to: 0..<bytes.count)
    self.bytes = bytes
    position = clamped.lowerBound
    end = clamped.upperBound
  }

  init(_ bytes: [UInt8]) {
    self.init(bytes, 0..<bytes.count)
  }

  var remaining: Int { end - position }
  var isAtEnd: Bool { position >= end }

  mutating func uint8() -> UInt8? {
    guard remaining >= 1 else { return nil }
    position += 1
    return bytes[position - 1]
  }

  mutating func uint16() -> UInt16? {
    guard remaining >= 2 else { return nil }
    position += 2
    return UInt16(bytes[position - 2]) << 8 | UInt16(bytes[position - 1])
  }

  mutating func uint24() -> Int? {
    guard remaining >= 3 else { return nil }
    position += 3
    return Int(bytes[position - 3]) << 16 | Int(bytes[position - 2]) << 8 | Int(bytes[position - 1])
  }

  mutating func uint32() -> UInt32? {
    guard remaining >= 4, let high = uint16(), let low = uint16() else { return nil }
    return UInt32(high) << 16 | UInt32(low)
  }

  mutating func read(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, remaining >= count else { return nil }
    position += count
    return bytes[position - count..<position]
  }

  mutating func readRest() -> ArraySlice<UInt8> {
    defer { position = end }
    return bytes[position..<end]
  }

  /// A reader of the next `count` bytes, which this reader passes over.
  mutating func part(_ count: Int) -> ByteReader? {
    guard count >= 0, remaining >= count else { return nil }
    position += count
    return ByteReader(bytes, position - count..<position)
  }

  /// A reader of a vector with a one-byte length in front.
  mutating func vector8() -> ByteReader? {
    guard let count = uint8() else { return nil }
    return part(Int(count))
  }

  /// A reader of a vector with a two-byte length in front.
  mutating func vector16() -> ByteReader? {
    guard let count = uint16() else { return nil }
    return part(Int(count))
  }
}
