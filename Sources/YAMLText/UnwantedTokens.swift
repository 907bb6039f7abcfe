/// Finds anchors (`&name`) and complex keys (`? ...`) in YAML without parsing it.
///
/// It may take the inside of a quoted text for one, but it misses none: a token follows a blank, an indicator or the
/// start of a line, and only what cannot hold a token is passed over as a comment.
package enum UnwantedTokens {
  /// The first one, with its line; nil: there is none.
  package static func first(in bytes: [UInt8]) -> FileFailure? {
    for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      if let reason = complaint(about: line) { return FileFailure(line: index + 1, reason: reason) }
    }
    return nil
  }

  private static func complaint(about line: ArraySlice<UInt8>) -> String? {
    var previous = UInt8(ascii: " ")
    var isComment = false
    for (index, byte) in zip(line.indices, line) {
      switch byte {
      case UInt8(ascii: "#") where isBlank(previous): isComment = true
      // A quoted text may begin on a line before, hold the number sign, and end here.
      case UInt8(ascii: "\""), UInt8(ascii: "'"): isComment = false
      // YAML 1.1 has more line ends: CR, U+0085, U+2028 and U+2029.
      case 0x0d: isComment = false
      case 0x85 where previous == 0xc2: isComment = false
      case 0xa8 where previous == 0x80, 0xa9 where previous == 0x80: isComment = false
      case UInt8(ascii: "&") where !isComment && mayPrecedeToken(previous):
        let name = line[(index + 1)...].prefix(while: isWordByte)
        guard name.isEmpty else {
          return
            "anchors such as '&\(String(decoding: name, as: UTF8.self))' are not supported: write the value out"
        }
      case UInt8(ascii: "?") where !isComment && mayPrecedeToken(previous):
        return "keys that begin with '?' are not supported: write 'key: value'"
      default: break
      }
      previous = byte
    }
    return nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// Blanks, indicators, quotes, and what ends a line or marks byte order.
  private static func mayPrecedeToken(_ byte: UInt8) -> Bool {
    isBlank(byte) || byte >= 0x80 || "[]{},:?\"'".utf8.contains(byte)
  }

  /// What names of anchors are made of.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
