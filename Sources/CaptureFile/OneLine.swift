extension String {
  /// The text on one line: what would end it, steer a terminal or turn the writing direction becomes `\u{1b}` and
  /// the like.
  var onOneLine: String {
    guard unicodeScalars.contains(where: \.isUnsafeToPrint) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isUnsafeToPrint {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Controls (C0, DEL, C1), the separators of lines and paragraphs, and the marks that reorder text for the eye.
  fileprivate var isUnsafeToPrint: Bool {
    switch value {
    case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
