/// Tells text in which JSON wants nothing escaped, which is so of nearly all, and lets it be copied whole.
enum PlainText {
  /// Whether nothing has to be escaped.
  static func isPlain(_ text: Span<UInt8>) -> Bool {
    var isPlain = true
    // No early exit: the loop is vectorised.
    for index in text.indices { isPlain = isPlain && !isSpecial(text[index]) }
    return isPlain
  }

  /// Whether nothing has to be escaped, and all is ASCII.
  static func isPlainASCII(_ text: Span<UInt8>) -> Bool {
    var isPlain = true
    for index in text.indices { isPlain = isPlain && !isSpecial(text[index]) && text[index] < 0x80 }
    return isPlain
  }

  @inline(__always)
  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }
}

/// Copies the bytes to a place in the text, which moves behind them; traps where there is no room for them.
@inline(__always)
func copy(_ bytes: Span<UInt8>, to text: inout MutableSpan<UInt8>, at place: inout Int) {
  for index in bytes.indices { text[place + index] = bytes[index] }
  place += bytes.count
}
