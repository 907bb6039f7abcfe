/// Reads one JSON text (RFC 8259) from front to back, into whatever the caller expects at each place.
///
/// A general decoder costs ten times as much a line, which is a lot where a recording has many short sessions.
package struct JSONScanner: Sendable {
  /// What is not JSON, or not the JSON that was expected.
  package struct Failure: Error {}

  private let bytes: [UInt8]
  private var offset = 0

  /// Values that are passed over may be nested this deep.
  private static let maximumDepth = 64

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Checks that nothing follows.
  package mutating func end() throws(Failure) {
    skipSpace()
    guard offset == bytes.count else { throw Failure() }
  }

  // MARK: Values

  /// Calls `member` with each name; it must read or pass over the value.
  package mutating func object(
    _ member: (String, inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try elements(open: "{", close: "}") { (scanner) throws(Failure) in
      let name = try scanner.string()
      try scanner.expect(":")
      try member(name, &scanner)
    }
  }

  /// Calls `element` before each element; it must read or pass over it.
  package mutating func array(_ element: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    try elements(open: "[", close: "]", element)
  }

  package mutating func strings() throws(Failure) -> [String] {
    var strings: [String] = []
    try array { (scanner) throws(Failure) in strings.append(try scanner.string()) }
    return strings
  }

  package mutating func string() throws(Failure) -> String {
    try expect("\"")
    let start = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes[start..<offset], as: UTF8.self) else { throw Failure() }
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw Failure()
      default:
        offset += 1
      }
    }
    throw Failure()
  }

  package mutating func integer<Integer: FixedWidthInteger>() throws(Failure) -> Integer {
    skipSpace()
    let start = offset
    while offset < bytes.count, Self.isNumeric(bytes[offset]) { offset += 1 }
    // Takes a sign and decimal digits only; a plus sign, which JSON has not, does no harm.
    guard let value = Integer(String(decoding: bytes[start..<offset], as: UTF8.self)) else { throw Failure() }
    return value
  }

  package mutating func bool() throws(Failure) -> Bool {
    skipSpace()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "t") else {
      try literal("false")
      return false
    }
    try literal("true")
    return true
  }

  /// What `read` reads, or nil for `null`.
  package mutating func optional<Value>(
    _ read: (inout JSONScanner) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    skipSpace()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "n") else { return try read(&self) }
    try literal("null")
    return nil
  }

  /// Passes over a value of any kind.
  package mutating func skip(depth: Int = 0) throws(Failure) {
    skipSpace()
    guard offset < bytes.count, depth < Self.maximumDepth else { throw Failure() }
    switch bytes[offset] {
    case UInt8(ascii: "{"): try object { (_, scanner) throws(Failure) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "["): try array { (scanner) throws(Failure) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default:
      let start = offset
      while offset < bytes.count, Self.isNumeric(bytes[offset]) { offset += 1 }
      guard offset > start else { throw Failure() }
    }
  }

  // MARK: Helpers

  private mutating func elements(
    open: Unicode.Scalar, close: Unicode.Scalar, _ element: (inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try expect(open)
    if take(close) { return }
    repeat { try element(&self) } while take(",")
    try expect(close)
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      default: return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    guard take(character) else { throw Failure() }
  }

  private mutating func literal(_ text: String) throws(Failure) {
    for byte in text.utf8 {
      guard offset < bytes.count, bytes[offset] == byte else { throw Failure() }
      offset += 1
    }
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }
}

// MARK: Escapes (RFC 8259 §7)

extension JSONScanner {
  /// The string that began at `start`, and has its first escape here.
  private mutating func escapedString(from start: Int) throws(Failure) -> String {
    var text = Array(bytes[start..<offset])
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw Failure() }
        return string
      case UInt8(ascii: "\\"):
        text.append(contentsOf: UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter)
      case 0..<0x20:
        throw Failure()
      default:
        text.append(byte)
      }
    }
    throw Failure()
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    guard offset < bytes.count else { throw Failure() }
    let kind = bytes[offset]
    offset += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw Failure()
    }
  }

  private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // The first half of a pair; the second must follow.
    try literal("\\u")
    let second = try codeUnit()
    guard UTF16.isLeadSurrogate(first), UTF16.isTrailSurrogate(second) else { throw Failure() }
    let value = 0x1_0000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00)
    guard let scalar = Unicode.Scalar(value) else { throw Failure() }
    return scalar
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    guard bytes.count - offset >= 4 else { throw Failure() }
    let digits = bytes[offset..<offset + 4]
    offset += 4
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw Failure() }
    return value
  }
}
