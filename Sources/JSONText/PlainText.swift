/// Tells text in which JSON wants nothing escaped, eight bytes at a time.
enum PlainText {
  /// Whether nothing has to be escaped.
  static func isPlain(_ text: Span<UInt8>) -> Bool {
    escapes(in: text) { specialBits($0) }
  }

  /// Whether nothing has to be escaped, and all is ASCII.
  static func isPlainASCII(_ text: Span<UInt8>) -> Bool {
    escapes(in: text) { specialBits($0) | $0 & highBits }
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Not zero where one of the eight bytes is a control character, a quotation mark or a backslash.
  @inline(__always)
  private static func specialBits(_ word: UInt64) -> UInt64 {
    let control = (word &- 0x20 &* ones) & ~word
    let others =
      zeroBits(word ^ UInt64(UInt8(ascii: "\"")) &* ones)
      | zeroBits(word ^ UInt64(UInt8(ascii: "\\")) &* ones)
      | zeroBits(word ^ 0x7f &* ones)
    return (control | others) & highBits
  }

  /// The high bit is set in the lowest byte that is zero, and in none where none is.
  @inline(__always)
  private static func zeroBits(_ word: UInt64) -> UInt64 {
    (word &- ones) & ~word
  }

  /// Whether `find` returns zero for all bytes of the text.
  @inline(__always)
  private static func escapes(in text: Span<UInt8>, _ find: (UInt64) -> UInt64) -> Bool {
    let bytes = unsafe text.bytes
    var found: UInt64 = 0
    var position = 0
    while position &+ 8 <= text.count {
      // Any eight bytes are a number; that they are there is checked.
      found |= unsafe find(bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
      position &+= 8
    }
    if position < text.count, text.count >= 8 {
      // Some bytes are looked at twice.
      found |= unsafe find(bytes.unsafeLoadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
    } else {
      var rest = ones &* UInt64(UInt8(ascii: " "))
      while position < text.count {
        rest = rest << 8 | UInt64(text[position])
        position &+= 1
      }
      found |= find(rest)
    }
    return found == 0
  }
}

/// Appends all of the bytes; traps where there is no room for them.
@inline(__always)
func copy(_ bytes: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
  precondition(bytes.count <= output.freeCapacity, "no room for a text")
  unsafe bytes.withUnsafeBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target, count in
      guard let from = source.baseAddress, let to = target.baseAddress else { return }
      // There is room, as was checked, and what an output span has not yet given out overlaps nothing.
      unsafe (to + count).initialize(from: from, count: source.count)
      count += source.count
    }
  }
}
