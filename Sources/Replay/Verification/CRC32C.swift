import CChecksums

/// A CRC-32C (RFC 3720 appendix B.4) that is gathered piece by piece.
struct CRC32C: Hashable {
  private(set) var value: UInt32 = 0
  private(set) var byteCount: UInt64 = 0

  mutating func add(_ bytes: Span<UInt8>) {
    value = unsafe bytes.withUnsafeBufferPointer { bytes in
      // Reads as many bytes as the buffer has, during the call only.
      unsafe wtCRC32C(value, bytes.baseAddress, bytes.count)
    }
    byteCount += UInt64(bytes.count)
  }

  /// Goes on with the bytes that another was gathered of.
  mutating func add(_ other: CRC32C) {
    value = RemainderMap.zeros(other.byteCount).applied(to: value) ^ other.value
    byteCount += other.byteCount
  }
}

/// One byte that, being changed, explains why a CRC-32C is another.
struct ChangedByte: Hashable {
  /// From the start of the part that was searched.
  var offset: Int
  /// The bits that were changed.
  var bits: UInt8

  /// All of them within a part of `count` bytes, behind which `behind` more were gathered; `difference` is the exclusive
  /// or of both CRCs.
  ///
  /// A CRC is linear: the difference is the remainder of the changed bits followed by zeros. So it is taken back zero by
  /// zero, and wherever it then is the remainder of a single byte, that byte would explain it.
  static func candidates(difference: UInt32, count: Int, behind: UInt64) -> [ChangedByte] {
    var found: [ChangedByte] = []
    var remainder = RemainderMap.zerosUndone(behind).applied(to: difference)
    for offset in stride(from: count - 1, through: 0, by: -1) {
      if let bits = RemainderTable.byte(remainder: remainder) {
        found.append(ChangedByte(offset: offset, bits: bits))
      }
      remainder = RemainderTable.beforeZero(remainder)
    }
    return found
  }
}

/// The remainders of single bytes, bits reversed as CRC-32C has them.
enum RemainderTable {
  private static let polynomial: UInt32 = 0x82f6_3b78

  static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder >> 1 ^ (remainder & 1 == 1 ? polynomial : 0) }
  }

  /// The byte whose remainder has this first byte: no two have the same.
  private static let bytes: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 256)
    for byte in 0..<256 { bytes[Int(remainders[byte] >> 24)] = UInt8(byte) }
    return bytes
  }()

  /// The byte, not zero, that has this remainder.
  static func byte(remainder: UInt32) -> UInt8? {
    let byte = bytes[Int(remainder >> 24)]
    return byte != 0 && remainders[Int(byte)] == remainder ? byte : nil
  }

  /// The remainder after a zero byte more.
  static func afterZero(_ remainder: UInt32) -> UInt32 {
    remainder >> 8 ^ remainders[Int(remainder & 0xff)]
  }

  /// The remainder before its last zero byte.
  static func beforeZero(_ remainder: UInt32) -> UInt32 {
    let byte = bytes[Int(remainder >> 24)]
    return (remainder ^ remainders[Int(byte)]) << 8 | UInt32(byte)
  }
}

/// A linear map of remainders: what becomes of each bit.
struct RemainderMap {
  private let images: [UInt32]

  private init(_ map: (UInt32) -> UInt32) {
    images = (0..<32).map { map(1 << UInt32($0)) }
  }

  /// What `count` zero bytes make of a remainder.
  static func zeros(_ count: UInt64) -> RemainderMap {
    RemainderMap(RemainderTable.afterZero).power(count)
  }

  /// What a remainder was before `count` zero bytes.
  static func zerosUndone(_ count: UInt64) -> RemainderMap {
    RemainderMap(RemainderTable.beforeZero).power(count)
  }

  func applied(to remainder: UInt32) -> UInt32 {
    var sum: UInt32 = 0
    for bit in 0..<32 where remainder >> UInt32(bit) & 1 == 1 { sum ^= images[bit] }
    return sum
  }

  private func power(_ count: UInt64) -> RemainderMap {
    var result = RemainderMap { $0 }
    var square = self
    var rest = count
    while rest > 0 {
      if rest & 1 == 1 { result = RemainderMap { [result] in square.applied(to: result.applied(to: $0)) } }
      square = RemainderMap { [square] in square.applied(to: square.applied(to: $0)) }
      rest >>= 1
    }
    return result
  }
}
