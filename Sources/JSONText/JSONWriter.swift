/// Writes one JSON value (RFC 8259) as UTF-8, its fields in the order in which they are given.
///
/// The caller nests closures, so that brackets always match:
///
///     var json = JSONWriter()
///     json.object { json in
///       json.field("v", 1)
///       json.field("names") { $0.array { $0.string("a") } }
///     }
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init() {}

  /// The text so far; JSON that this writer made is always valid UTF-8.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Forgets what was written, and keeps the memory.
  public mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Ends a line of JSON Lines; the next value begins a new one.
  public mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// Hands out what was written since the last call, and goes on behind it: for values that are too long to hold.
  public mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  // MARK: Values

  public mutating func object(_ fields: (inout JSONWriter) -> Void) {
    nest(open: UInt8(ascii: "{"), close: UInt8(ascii: "}"), fields)
  }

  public mutating func array(_ elements: (inout JSONWriter) -> Void) {
    nest(open: UInt8(ascii: "["), close: UInt8(ascii: "]"), elements)
  }

  public mutating func string(_ value: String) {
    string(value.utf8.span, isPlain: PlainText.isPlain(value.utf8.span))
  }

  /// Writes bytes as text: UTF-8 as it is, any other byte as the four characters `\xNN`, and a backslash that
  /// would read as such an escape as `\x5c`, so that the bytes can be had back.
  public mutating func string(bytes value: [UInt8]) {
    guard PlainText.isPlainASCII(value.span) else { return string(JSONWriter.escapingNonUTF8(value)) }
    string(value.span, isPlain: true)
  }

  /// Begins a string whose text comes in pieces.
  public mutating func beginString() {
    beginValue()
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a piece of such a text: UTF-8, which may end within a character.
  public mutating func continueString(_ piece: Span<UInt8>) {
    for index in piece.indices { appendEscaped(piece[index]) }
  }

  public mutating func endString() {
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a number with a fraction: this many thousandths, millionths … of one.
  public mutating func decimal(_ value: Int64, fractionDigits: Int) {
    beginValue()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let digits = Array(String(value.magnitude).utf8)
    let padded =
      Array(repeating: UInt8(ascii: "0"), count: max(0, fractionDigits + 1 - digits.count)) + digits
    bytes.append(contentsOf: padded.dropLast(fractionDigits))
    var fraction = padded.suffix(fractionDigits)
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    if !fraction.isEmpty {
      bytes.append(UInt8(ascii: "."))
      bytes.append(contentsOf: fraction)
    }
  }

  /// Writes an integer of at most 64 bits.
  @inlinable
  public mutating func integer(_ value: some FixedWidthInteger) {
    integer(magnitude: UInt64(truncatingIfNeeded: value.magnitude), isNegative: value < 0)
  }

  // Not generic, so that other modules need no copy of it, nor find types at run time.
  @usableFromInline
  mutating func integer(magnitude: UInt64, isNegative: Bool) {
    let needsComma = needsComma
    bytes.append(addingCapacity: 2 + DecimalDigits.mostDigits) { output in
      if needsComma { output.append(UInt8(ascii: ",")) }
      if isNegative { output.append(UInt8(ascii: "-")) }
      let digits = DecimalDigits(magnitude)
      for index in digits.range { output.append(digits[index]) }
    }
    self.needsComma = true
  }

  /// Writes a string of what `write` appends: ASCII in which nothing has to be escaped.
  public mutating func plainString(_ write: (inout [UInt8]) -> Void) {
    beginValue()
    bytes.append(UInt8(ascii: "\""))
    write(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  public mutating func bool(_ value: Bool) {
    word(value ? "true" : "false")
  }

  public mutating func null() {
    word("null")
  }

  // MARK: Fields of an object

  /// Writes a field, in whose name nothing has to be escaped.
  public mutating func field(_ name: String, _ value: (inout JSONWriter) -> Void) {
    beginField(name)
    value(&self)
  }

  /// Writes the string, or `null`.
  public mutating func field(_ name: String, _ value: String?) {
    beginField(name)
    if let value { string(value) } else { null() }
  }

  /// Writes the integer, or `null`.
  @inlinable
  public mutating func field(_ name: String, _ value: (some FixedWidthInteger)?) {
    beginField(name)
    if let value { integer(value) } else { null() }
  }

  public mutating func field(_ name: String, _ value: Bool) {
    beginField(name)
    bool(value)
  }

  public mutating func field(_ name: String, bytes value: [UInt8]) {
    beginField(name)
    string(bytes: value)
  }

  // MARK: Helpers

  private mutating func nest(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
    beginValue()
    bytes.append(open)
    needsComma = false
    body(&self)
    bytes.append(close)
    needsComma = true
  }

  /// Writes a string whose text is UTF-8; nearly all are plain, and are copied whole.
  private mutating func string(_ text: Span<UInt8>, isPlain: Bool) {
    guard isPlain else {
      beginString()
      continueString(text)
      return endString()
    }
    let needsComma = needsComma
    bytes.append(addingCapacity: text.count + 3) { output in
      if needsComma { output.append(UInt8(ascii: ",")) }
      output.append(UInt8(ascii: "\""))
      copy(text, to: &output)
      output.append(UInt8(ascii: "\""))
    }
    self.needsComma = true
  }

  /// Writes one of JSON's own words.
  private mutating func word(_ word: String) {
    let needsComma = needsComma
    let text = word.utf8.span
    bytes.append(addingCapacity: text.count + 1) { output in
      if needsComma { output.append(UInt8(ascii: ",")) }
      copy(text, to: &output)
    }
    self.needsComma = true
  }

  @usableFromInline
  mutating func beginField(_ name: String) {
    let needsComma = needsComma
    let text = name.utf8.span
    bytes.append(addingCapacity: text.count + 4) { output in
      if needsComma { output.append(UInt8(ascii: ",")) }
      output.append(UInt8(ascii: "\""))
      copy(text, to: &output)
      output.append(UInt8(ascii: "\""))
      output.append(UInt8(ascii: ":"))
    }
    self.needsComma = false
  }

  private mutating func beginValue() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case UInt8(ascii: "\n"):
      bytes.append(contentsOf: "\\n".utf8)
    case UInt8(ascii: "\r"):
      bytes.append(contentsOf: "\\r".utf8)
    case UInt8(ascii: "\t"):
      bytes.append(contentsOf: "\\t".utf8)
    case 0..<0x20, 0x7f:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(contentsOf: hexDigits(byte))
    default:
      bytes.append(byte)
    }
  }
}

extension JSONWriter {
  /// The bytes as text, what is no UTF-8 escaped as `string(bytes:)` says.
  public static func escapingNonUTF8(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(UInt8(ascii: "\\")) {
      return text
    }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let scalar = firstScalar(of: rest)
      if let scalar, !(first == UInt8(ascii: "\\") && startsEscape(rest)) {
        text.unicodeScalars.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        text += "\\x" + String(decoding: hexDigits(first), as: UTF8.self)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  private static func firstScalar(of bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    var iterator = bytes.prefix(4).makeIterator()
    var decoder = UTF8()
    switch decoder.decode(&iterator) {
    case .scalarValue(let scalar): return scalar
    case .emptyInput, .error: return nil
    }
  }

  private static func startsEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
    let next = Array(bytes.prefix(4))
    return next.count == 4 && next[1] == UInt8(ascii: "x") && isHexDigit(next[2]) && isHexDigit(next[3])
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    Character(Unicode.Scalar(byte)).isHexDigit
  }
}

private func hexDigits(_ byte: UInt8) -> [UInt8] {
  let digits = Array("0123456789abcdef".utf8)
  return [digits[Int(byte >> 4)], digits[Int(byte & 0x0f)]]
}
