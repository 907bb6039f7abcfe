/// Reads the primitive types of HPACK (RFC 7541 §5) from a header block.
struct HPACKReader {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The next byte, which stays; nil at the end.
  func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  /// An integer whose first `prefix` bits stand in the next byte (RFC 7541 §5.1).
  ///
  /// ```text
  ///   0   1   2   3   4   5   6   7
  /// | ? | ? | ? | 1   1   1   1   1 |  prefix of ones: seven bits a byte follow, lowest first,
  /// | 1 |    value, lowest 7 bits    |  each but the last with its top bit set
  /// | 0 |    value, highest bits     |
  /// ```
  mutating func integer(prefix: Int, atMost largest: Int) throws(HPACKError) -> Int {
    let start = position
    let ones = (1 << prefix) - 1
    var value = Int(try byte()) & ones
    guard value == ones else { return value }
    var shift = 0
    while true {
      let byte = try byte()
      guard shift <= 28 else { throw .integerTooLarge(at: start) }
      value += Int(byte & 0x7f) << shift
      guard value <= largest else { throw .integerTooLarge(at: start) }
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
  }

  /// A string, plain or in the Huffman code (RFC 7541 §5.2).
  mutating func string() throws(HPACKError) -> [UInt8] {
    let start = position
    guard let first = peek() else { throw .truncated(at: start) }
    let count = try integer(prefix: 7, atMost: .max >> 1)
    guard count <= bytes.count - position else { throw .truncated(at: start) }
    let text = bytes[position..<position + count]
    position += count
    guard first & 0x80 != 0 else { return Array(text) }
    guard let decoded = HPACKHuffman.code.decode(text) else { throw .huffmanInvalid(at: start) }
    return decoded
  }

  private mutating func byte() throws(HPACKError) -> UInt8 {
    guard position < bytes.count else { throw .truncated(at: position) }
    position += 1
    return bytes[position - 1]
  }
}
