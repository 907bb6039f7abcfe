/// Decodes strings in HPACK's Huffman code (RFC 7541 §5.2, appendix B).
struct HPACKHuffman {
  static let code = HPACKHuffman()

  /// Code lengths in use: 5 to 30 bits.
  private static let longest = 30
  /// Codes up to this length are found at once.
  private static let directLength = 8
  private static let endOfString: UInt16 = 256

  /// For the next 8 bits: the code's length in the upper half, its symbol in the lower; 0 where it is longer.
  private let direct: [UInt16]
  /// For each length, the first code that is longer, left-aligned in 32 bits.
  private let limits: [UInt32]
  /// For each length, what to add to a code of it for the place of its symbol in `symbols`.
  private let bases: [Int]
  /// The symbols in order of their codes.
  private let symbols: [UInt16]

  private init() {
    let lengths = hpackHuffmanLengths
    var symbols: [UInt16] = []
    var direct = [UInt16](repeating: 0, count: 1 << HPACKHuffman.directLength)
    var limits = [UInt32](repeating: 0, count: HPACKHuffman.longest + 1)
    var bases = [Int](repeating: 0, count: HPACKHuffman.longest + 1)
    var next: UInt64 = 0
    for length in 1...HPACKHuffman.longest {
      next <<= 1
      bases[length] = symbols.count - Int(next)
      for symbol in lengths.indices where Int(lengths[symbol]) == length {
        symbols.append(UInt16(symbol))
        if length <= HPACKHuffman.directLength {
          let shift = HPACKHuffman.directLength - length
          for place in Int(next) << shift..<Int(next + 1) << shift {
            direct[place] = UInt16(length) << 8 | UInt16(symbol)
          }
        }
        next += 1
      }
      limits[length] = UInt32(clamping: next << UInt64(32 - length))
    }
    self.direct = direct
    self.limits = limits
    self.bases = bases
    self.symbols = symbols
  }

  /// The text, or nil where it holds EOS, ends within a code, or is padded with anything but up to 7 ones.
  func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 8 / 5)
    var bits: UInt64 = 0
    var bitCount = 0
    var position = bytes.startIndex
    while true {
      while bitCount <= 56, position < bytes.endIndex {
        bits |= UInt64(bytes[position]) << UInt64(56 - bitCount)
        bitCount += 8
        position += 1
      }
      guard let (symbol, length) = symbol(at: bits), length <= bitCount else {
        // The padding is the beginning of EOS, which is all ones.
        return bitCount < 8 && bits == ~(UInt64.max >> UInt64(bitCount)) ? text : nil
      }
      guard symbol != HPACKHuffman.endOfString else { return nil }
      text.append(UInt8(truncatingIfNeeded: symbol))
      bits <<= UInt64(length)
      bitCount -= length
    }
  }

  private func symbol(at bits: UInt64) -> (symbol: UInt16, length: Int)? {
    let found = direct[Int(bits >> 56)]
    if found != 0 { return (found & 0xff, Int(found >> 8)) }
    let window = UInt32(bits >> 32)
    for length in HPACKHuffman.directLength + 1...HPACKHuffman.longest
    where window < limits[length] || length == HPACKHuffman.longest {
      let place = bases[length] + Int(window >> UInt32(32 - length))
      return symbols.indices.contains(place) ? (symbols[place], length) : nil
    }
    return nil
  }
}
