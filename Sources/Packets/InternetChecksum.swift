/// The one's complement checksum of IP, TCP and UDP (RFC 1071), gathered piece by piece.
public struct InternetChecksum: Hashable, Sendable {
  private var sum: UInt64 = 0
  /// Whether an odd number of bytes was added, so that the next byte is the low half of a word.
  private var isOdd = false

  public init() {}

  /// Adds bytes; pieces of any length may follow each other.
  public mutating func add(_ bytes: Span<UInt8>) {
    var piece: UInt64 = 0
    var offset = 0
    while bytes.count - offset >= 2 {
      piece += UInt64(bytes.uint16(at: offset))
      offset += 2
    }
    if offset < bytes.count { piece += UInt64(bytes[offset]) << 8 }
    add(sum: Self.folded(piece), byteCount: bytes.count)
  }

  /// Adds bytes by their sum, computed elsewhere: of big-endian words, folded, not complemented.
  public mutating func add(sum piece: UInt16, byteCount: Int) {
    sum += UInt64(isOdd ? piece.byteSwapped : piece)
    if !byteCount.isMultiple(of: 2) { isOdd.toggle() }
  }

  /// Adds the two bytes of a big-endian word.
  public mutating func add(word: UInt16) {
    add(sum: word, byteCount: 2)
  }

  /// What goes into a checksum field: the complement of the sum.
  public var value: UInt16 { ~foldedSum }

  /// The sum, not complemented: 0xffff over bytes that include their right checksum.
  public var foldedSum: UInt16 { Self.folded(sum) }

  private static func folded(_ sum: UInt64) -> UInt16 {
    var sum = sum
    while sum > 0xffff { sum = (sum >> 16) + (sum & 0xffff) }
    return UInt16(sum)
  }
}
