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
  /// The text up to `end`, and room for more behind it: an array's own `append` would ask at each step whether it may.
  private var storage: [UInt8] = []
  private var end = 0
  private var needsComma = false
  /// For texts that others write.
  private var scratch: [UInt8] = []

  public init() {}

  /// What was written so far.
  public var bytes: [UInt8] { Array(storage[..<end]) }

  /// The text so far; JSON that this writer made is always valid UTF-8.
  public var text: String { String(decoding: storage[..<end], as: UTF8.self) }

  /// Appends to `output` what was written so far.
  public func append(to output: inout [UInt8]) {
    output.append(contentsOf: storage[..<end])
  }

  /// Forgets what was written, and keeps the memory.
  public mutating func reset() {
    end = 0
    needsComma = false
  }

  /// Ends a line of JSON Lines; the next value begins a new one.
  public mutating func endLine() {
    put(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// Hands out what was written since the last call, and goes on behind it: for values that are too long to hold.
  public mutating func take() -> [UInt8] {
    defer { end = 0 }
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
    put(UInt8(ascii: "\""))
  }

  /// Writes a piece of such a text: UTF-8, which may end within a character.
  public mutating func continueString(_ piece: Span<UInt8>) {
    for index in piece.indices { putEscaped(piece[index]) }
  }

  public mutating func endString() {
    put(UInt8(ascii: "\""))
  }

  /// Writes a number with a fraction: this many thousandths, millionths … of one.
  public mutating func decimal(_ value: Int64, fractionDigits: Int) {
    beginValue()
    if value < 0 { put(UInt8(ascii: "-")) }
    let digits = Array(String(value.magnitude).utf8)
    let padded =
      Array(repeating: UInt8(ascii: "0"), count: max(0, fractionDigits + 1 - digits.count)) + digits
    put(Array(padded.dropLast(fractionDigits)).span)
    var fraction = padded.suffix(fractionDigits)
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    if !fraction.isEmpty {
      put(UInt8(ascii: "."))
      put(Array(fraction).span)
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
    beginValue()
    if isNegative { put(UInt8(ascii: "-")) }
    let digits = DecimalDigits(magnitude)
    makeRoom(for: DecimalDigits.mostDigits)
    var end = end
    var text = storage.mutableSpan
    for index in digits.range {
      text[end] = digits[index]
      end += 1
    }
    self.end = end
  }

  /// Writes a string of what `write` appends: ASCII in which nothing has to be escaped.
  public mutating func plainString(_ write: (inout [UInt8]) -> Void) {
    var text = scratch
    scratch = []
    text.removeAll(keepingCapacity: true)
    write(&text)
    string(text.span, isPlain: true)
    scratch = text
  }

  public mutating func bool(_ value: Bool) {
    beginValue()
    put(value ? "true" : "false")
  }

  public mutating func null() {
    beginValue()
    put("null")
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
    put(open)
    needsComma = false
    body(&self)
    put(close)
    needsComma = true
  }

  @usableFromInline
  mutating func beginField(_ name: String) {
    let name = name.utf8.span
    makeRoom(for: name.count + 4)
    var end = end
    let needsComma = needsComma
    var text = storage.mutableSpan
    if needsComma {
      text[end] = UInt8(ascii: ",")
      end += 1
    }
    text[end] = UInt8(ascii: "\"")
    end += 1
    copy(name, to: &text, at: &end)
    text[end] = UInt8(ascii: "\"")
    text[end + 1] = UInt8(ascii: ":")
    self.end = end + 2
    self.needsComma = false
  }

  private mutating func beginValue() {
    if needsComma { put(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Writes a string whose text is UTF-8; nearly all are plain, and are copied whole.
  private mutating func string(_ value: Span<UInt8>, isPlain: Bool) {
    beginValue()
    guard isPlain else {
      put(UInt8(ascii: "\""))
      continueString(value)
      return endString()
    }
    makeRoom(for: value.count + 2)
    var end = end
    var text = storage.mutableSpan
    text[end] = UInt8(ascii: "\"")
    end += 1
    copy(value, to: &text, at: &end)
    text[end] = UInt8(ascii: "\"")
    self.end = end + 1
  }

  private mutating func putEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      put(UInt8(ascii: "\\"))
      put(byte)
    case UInt8(ascii: "\n"): put("\\n")
    case UInt8(ascii: "\r"): put("\\r")
    case UInt8(ascii: "\t"): put("\\t")
    case 0..<0x20, 0x7f:
      put("\\u00")
      put(hexDigits(byte).span)
    default: put(byte)
    }
  }

  // MARK: Storage

  private mutating func put(_ byte: UInt8) {
    makeRoom(for: 1)
    storage[end] = byte
    end += 1
  }

  private mutating func put(_ text: String) {
    put(text.utf8.span)
  }

  private mutating func put(_ bytes: Span<UInt8>) {
    makeRoom(for: bytes.count)
    var end = end
    var text = storage.mutableSpan
    copy(bytes, to: &text, at: &end)
    self.end = end
  }

  /// Sees to it that so many bytes may be put in from `end` on.
  @inline(__always)
  private mutating func makeRoom(for count: Int) {
    if storage.count - end < count { grow(by: count) }
  }

  @inline(never)
  private mutating func grow(by count: Int) {
    let room = max(storage.count, 256) + count
    storage.append(contentsOf: repeatElement(0, count: room))
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
