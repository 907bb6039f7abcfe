/// The extensions behind a chunk's size (RFC 9112 §7.1.1).
///
/// ```text
/// *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
/// ```
enum HTTP1ChunkExtensions {
  /// Where `text`, which begins with a semicolon, breaks the format; nil where it does not.
  static func firstInvalid(in text: ArraySlice<UInt8>) -> Int? {
    var position = text.startIndex
    func skipWhitespace() {
      while position < text.endIndex, isWhitespace(text[position]) { position += 1 }
    }
    func skipToken() -> Bool {
      let start = position
      while position < text.endIndex, isTokenByte(text[position]) { position += 1 }
      return position > start
    }
    while position < text.endIndex {
      guard text[position] == UInt8(ascii: ";") else { return position }
      position += 1
      skipWhitespace()
      guard skipToken() else { return position }
      skipWhitespace()
      guard position < text.endIndex, text[position] == UInt8(ascii: "=") else { continue }
      position += 1
      skipWhitespace()
      if position < text.endIndex, text[position] == UInt8(ascii: "\"") {
        guard let end = quotedEnd(text, position) else { return position }
        position = end
      } else if !skipToken() {
        return position
      }
      skipWhitespace()
    }
    return nil
  }

  /// Behind a quoted string (RFC 9110 §5.6.4); nil where it does not end, or holds a control character.
  private static func quotedEnd(_ text: ArraySlice<UInt8>, _ start: Int) -> Int? {
    var position = start + 1
    while position < text.endIndex {
      let byte = text[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return position }
      if byte == UInt8(ascii: "\\") {
        guard position < text.endIndex else { return nil }
        position += 1
      } else if (byte < 0x20 && byte != 0x09) || byte == 0x7f {
        return nil
      }
    }
    return nil
  }
}
