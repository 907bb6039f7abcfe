/// Reads elements of the Distinguished Encoding Rules (X.690) from a range of an array, never deeper than it is asked.
///
/// ```text
/// | tag | length: one byte below 128, or 0x80 + n and n bytes | content … |
/// ```
///
/// Tags of more than one byte and indefinite lengths do not occur in certificates, and end the reading.
struct DERReader {
  struct Element {
    /// Class, construction and number in one byte: `0x30` for a SEQUENCE.
    var tag: UInt8
    var content: Range<Int>
    /// With tag and length.
    var whole: Range<Int>
  }

  /// The tags that occur in a certificate.
  enum Tag {
    static let boolean: UInt8 = 0x01
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let objectIdentifier: UInt8 = 0x06
    static let utcTime: UInt8 = 0x17
    static let generalizedTime: UInt8 = 0x18
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31

    static func context(_ number: UInt8) -> UInt8 { 0x80 | number }
    static func constructedContext(_ number: UInt8) -> UInt8 { 0xa0 | number }
  }

  private var reader: ByteReader

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    reader = ByteReader(bytes, range)
  }

  var bytes: [UInt8] { reader.bytes }
  var position: Int { reader.position }
  var isAtEnd: Bool { reader.isAtEnd }

  /// The tag of the next element, without passing over it.
  var nextTag: UInt8? { reader.isAtEnd ? nil : reader.bytes[reader.position] }

  /// The next element; nil where none can be read.
  mutating func next() -> Element? {
    let start = reader.position
    guard let tag = reader.uint8(), tag & 0x1f != 0x1f, let count = length(),
      let content = reader.part(count)
    else { return nil }
    return Element(
      tag: tag, content: content.position..<content.end, whole: start..<content.end)
  }

  /// The next element, if it has this tag.
  mutating func next(_ tag: UInt8) -> Element? {
    guard nextTag == tag else { return nil }
    return next()
  }

  /// A reader of the elements within the next one, if that has this tag.
  mutating func enter(_ tag: UInt8) -> DERReader? {
    next(tag).map { DERReader(reader.bytes, $0.content) }
  }

  private mutating func length() -> Int? {
    guard let first = reader.uint8() else { return nil }
    guard first >= 0x80 else { return Int(first) }
    let byteCount = first & 0x7f
    guard (1...4).contains(byteCount) else { return nil }
    var length = 0
    for _ in 0..<byteCount {
      guard let byte = reader.uint8() else { return nil }
      length = length << 8 | Int(byte)
    }
    return length
  }
}
