/// Text for a POSIX shell, whatever bytes it stands for (POSIX.1-2017, XCU §2.2).
enum ShellText {
  /// The bytes as one word; they must hold no NUL, which no argument can.
  static func word(_ bytes: [UInt8]) -> [UInt8] {
    if !bytes.isEmpty, bytes.allSatisfy(isPlain) { return bytes }
    var word: [UInt8] = [UInt8(ascii: "'")]
    for byte in bytes {
      // Nothing has a meaning between apostrophes but an apostrophe.
      if byte == UInt8(ascii: "'") { word += Array(#"'\''"#.utf8) } else { word.append(byte) }
    }
    return word + [UInt8(ascii: "'")]
  }

  static func word(_ text: String) -> [UInt8] { word(Array(text.utf8)) }

  /// Text that follows a number sign: one line, printable.
  static func comment(_ text: String) -> String { DisplayText.safe(text) }

  /// The bytes as the format of `printf`, between apostrophes: printable ASCII as it is, the rest in octal, which
  /// every shell's `printf` knows.
  static func format(_ bytes: Span<UInt8>) -> [UInt8] {
    var format: [UInt8] = []
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "%"): format += Array("%%".utf8)
      case UInt8(ascii: "\\"): format += Array(#"\\"#.utf8)
      case UInt8(ascii: "'"): format += Array(#"\047"#.utf8)
      case 0x0a: format += Array(#"\n"#.utf8)
      case 0x0d: format += Array(#"\r"#.utf8)
      case 0x20..<0x7f: format.append(byte)
      default:
        format.append(UInt8(ascii: "\\"))
        for shift in [6, 3, 0] { format.append(UInt8(ascii: "0") + (byte >> UInt8(shift)) & 7) }
      }
    }
    return format
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
      UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "%"):
      true
    default: false
    }
  }
}
