/// A name that a file can have on any system, made of text that somebody else chose.
///
/// It is UTF-8 of at most `byteLimit` bytes. It holds no separator of paths, no control or formatting character (such as
/// those that turn the writing direction), nothing that Windows forbids; it begins with neither dot, dash nor space,
/// ends with neither dot nor space, and is none of Windows' devices (CON, NUL, COM1 …, with an extension or without).
struct FileName: Hashable, CustomStringConvertible {
  /// Bytes of a whole name: what file systems allow.
  static let byteLimit = 255
  /// Bytes that `suffixed` may add.
  static let suffixLimit = 48
  /// Bytes that are looked at.
  private static let inputLimit = 65_536
  /// Bytes of an extension that is kept when a name is shortened, its dot included.
  private static let extensionLimit = 16

  /// Everything before the extension; never empty.
  private let stem: String
  /// With its dot; empty where there is none.
  private let ending: String

  var description: String { stem + ending }

  /// Makes a name of bytes that may be anything; `fallback` is one where nothing is left of them.
  init(_ bytes: [UInt8], fallback: String = "body") {
    var text = Self.cleaned(bytes)
    if text.isEmpty { text = fallback }
    if Self.isDevice(text) { text = "_" + text }
    let ending = Self.ending(of: text)
    let stem = text.dropLast(ending.unicodeScalars.count)
    let room = Self.byteLimit - Self.suffixLimit - ending.utf8.count
    self.stem = Self.trimmedEnd(Self.prefix(String(stem), byteCount: room))
    self.ending = ending
  }

  private init(stem: String, ending: String) {
    self.stem = stem
    self.ending = ending
  }

  var hasExtension: Bool { !ending.isEmpty }

  /// The name with an extension, given without its dot.
  func adding(extension name: String) -> FileName {
    FileName(Array("\(self).\(name)".utf8))
  }

  /// The name with a number before its extension, and with a mark behind it; both short.
  func suffixed(number: Int, mark: String) -> String {
    (number > 1 ? "\(stem)-\(number)\(ending)" : description) + mark
  }

  // MARK: Cleaning

  private static func cleaned(_ bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    // What is no UTF-8 comes out as U+FFFD, which is no letter either.
    for scalar in String(decoding: bytes.prefix(inputLimit), as: UTF8.self).unicodeScalars {
      text.append(isAllowed(scalar) ? scalar : "_")
    }
    var result = String(text)
    while let first = result.unicodeScalars.first,
      first == "." || first == "-" || first == " " || first == "~"
    {
      result.unicodeScalars.removeFirst()
    }
    return trimmedEnd(result)
  }

  private static func trimmedEnd(_ text: String) -> String {
    var result = text
    while let last = result.unicodeScalars.last, last == "." || last == " " {
      result.unicodeScalars.removeLast()
    }
    return result
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "/", "\\", ":", "*", "?", "\"", "<", ">", "|", "\u{fffd}": return false
    case " ": return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      return false
    default:
      // Letters that are drawn as nothing would make two names look alike.
      return !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// Whether Windows takes it for a device, whatever its extension.
  private static func isDevice(_ text: String) -> Bool {
    let base = text.prefix { $0 != "." }.uppercased()
    let name = base.reversed().drop { $0 == " " }.reversed()
    let plain = String(name)
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(plain) { return true }
    guard plain.hasPrefix("COM") || plain.hasPrefix("LPT"), plain.count == 4, let digit = plain.last
    else { return false }
    return "0123456789¹²³".contains(digit)
  }

  /// The extension: a dot and a few letters or digits at the end.
  private static func ending(of text: String) -> String {
    let scalars = text.unicodeScalars
    guard let dot = scalars.lastIndex(of: "."), dot != scalars.startIndex else { return "" }
    let ending = scalars[dot...]
    let letters = ending.dropFirst()
    let isPlain = letters.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
    }
    guard isPlain, !letters.isEmpty, letters.count < extensionLimit else { return "" }
    return String(ending)
  }

  /// As much of the text as fits, cut between characters.
  private static func prefix(_ text: String, byteCount: Int) -> String {
    var result = String.UnicodeScalarView()
    var left = byteCount
    for scalar in text.unicodeScalars {
      left -= UTF8.width(scalar)
      if left < 0 { break }
      result.append(scalar)
    }
    return String(result)
  }
}
