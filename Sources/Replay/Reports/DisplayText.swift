import JSONText

/// Makes text from the wire safe to print on a terminal.
enum DisplayText {
  /// The longest text shown in one piece, in characters; the rest is counted.
  private static let limit = 512

  /// The text with everything escaped that could steer a terminal or hide what is there: control and formatting
  /// characters (also those that turn the writing direction), separators of lines, and code points without meaning.
  static func safe(_ text: String) -> String { safe(text, limit: limit) }

  /// The same for a text that may be longer.
  static func safe(_ text: String, limit: Int) -> String {
    if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    var result = ""
    var shown = 0
    for scalar in text.unicodeScalars {
      guard shown < limit else {
        let left = text.unicodeScalars.count - shown
        return result + "…(\(HumaneUnits.count(UInt64(left))) more)"
      }
      shown += 1
      if isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// Bytes as text, those that are no UTF-8 as `\xNN`, made safe.
  static func safe(bytes: [UInt8]) -> String {
    safe(JSONWriter.escapingNonUTF8(bytes))
  }

  /// How many columns the text takes, one a character.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.count
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7f }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      return false
    default: return true
    }
  }
}
