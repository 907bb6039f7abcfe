/// The header of one part of a multipart body (RFC 2046 §5.1, RFC 7578 §4).
struct MultipartHeader {
  private let limits: BodyLimits
  private var line: [UInt8] = []
  /// A field whose value may go on in the next line.
  private var field: [UInt8] = []
  private var byteCount = 0
  private(set) var part = BodyForm.Part(name: [], byteCount: 0, excerpt: [])

  init(limits: BodyLimits) {
    self.limits = limits
  }

  /// Whether fields were left out because of the limit.
  var isTooLong: Bool { byteCount > limits.partHeaderByteCount }

  /// Takes the next byte; true where it ends the header.
  mutating func receive(_ byte: UInt8) -> Bool {
    guard byte == UInt8(ascii: "\n") else {
      byteCount += 1
      // Beyond the limit a line's first bytes are enough to tell that it is not empty.
      if !isTooLong || line.count < 2 { line.append(byte) }
      return false
    }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    defer { line.removeAll(keepingCapacity: true) }
    if let first = line.first, isWhitespace(first) {
      if !isTooLong { field += line }
      return false
    }
    takeField()
    if !isTooLong { field = line }
    return line.isEmpty
  }

  private mutating func takeField() {
    defer { field = [] }
    guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = field[..<colon].trimmingWhitespace
    let value = Array(field[(colon + 1)...].trimmingWhitespace)
    if equalsIgnoringCase(name, Array("content-disposition".utf8)) {
      takeDisposition(value)
    } else if equalsIgnoringCase(name, Array("content-type".utf8)) {
      part.contentType = Array(value.prefix(limits.nameByteCount))
    }
  }

  private mutating func takeDisposition(_ value: [UInt8]) {
    guard let start = value.firstIndex(of: UInt8(ascii: ";")) else { return }
    let parameters = ParameterList(value[start...])
    part.name = Array((parameters.first("name") ?? []).prefix(limits.nameByteCount))
    let fileName = parameters.first("filename*").flatMap(ExtendedValue.decode) ?? parameters.first("filename")
    part.fileName = fileName.map { Array($0.prefix(limits.nameByteCount)) }
  }
}

/// A parameter's value in the form `charset'language'percent-encoded` (RFC 8187 §3.2.1).
enum ExtendedValue {
  /// The bytes, in UTF-8 where the charset is ISO-8859-1; nil where the form is broken.
  static func decode(_ value: [UInt8]) -> [UInt8]? {
    let parts = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let isLatin1 = equalsIgnoringCase(parts[0], Array("iso-8859-1".utf8))
    var bytes: [UInt8] = []
    var rest = parts[2]
    while let byte = rest.popFirst() {
      var decoded = byte
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(hexadecimalValue),
          let low = rest.popFirst().flatMap(hexadecimalValue)
        else { return nil }
        decoded = high << 4 | low
      }
      if isLatin1, decoded >= 0x80 {
        bytes += [0xc0 | decoded >> 6, 0x80 | decoded & 0x3f]
      } else {
        bytes.append(decoded)
      }
    }
    return bytes
  }
}
