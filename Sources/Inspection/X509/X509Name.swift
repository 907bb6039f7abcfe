/// Makes text of distinguished names (RFC 4514), as OpenSSL prints them with `-nameopt RFC2253,-esc_msb`.
///
/// The last attribute comes first; those of one set are joined by `+`. Attributes without a name have their number, and
/// as value `#` and its encoding in hexadecimal. Text that is no UTF-8 has every byte above 127 as `\NN`.
enum X509Name {
  private struct Attribute {
    var type: Range<Int>
    var value: DERReader.Element
    var isFirstOfSet: Bool
  }

  /// How a value's characters are told.
  private enum Form {
    case readable
    /// Bytes above 127 are escaped, too.
    case ascii
    /// No value is told as text.
    case dump
  }

  /// The text of the attribute sets in `range`; nil where they cannot be read.
  static func text(_ bytes: [UInt8], _ range: Range<Int>, limit: Int) -> String? {
    guard let attributes = attributes(bytes, range) else { return nil }
    for form in [Form.readable, .ascii, .dump] {
      guard let utf8 = text(bytes, attributes, form), let text = String(validating: utf8, as: UTF8.self)
      else {
        continue
      }
      return text.utf8.count > limit ? String(text.unicodeScalars.prefix(limit)) + "…" : text
    }
    return nil
  }

  private static func attributes(_ bytes: [UInt8], _ range: Range<Int>) -> [Attribute]? {
    var attributes: [Attribute] = []
    var sets = DERReader(bytes, range)
    while !sets.isAtEnd {
      guard var set = sets.enter(DERReader.Tag.set) else { return nil }
      var isFirst = true
      while !set.isAtEnd {
        guard var pair = set.enter(DERReader.Tag.sequence),
          let type = pair.next(DERReader.Tag.objectIdentifier), let value = pair.next(), pair.isAtEnd
        else { return nil }
        attributes.append(Attribute(type: type.content, value: value, isFirstOfSet: isFirst))
        isFirst = false
      }
    }
    return attributes
  }

  private static func text(_ bytes: [UInt8], _ attributes: [Attribute], _ form: Form) -> [UInt8]? {
    var text: [UInt8] = []
    var wasFirstOfSet = true
    for attribute in attributes.reversed() {
      if !text.isEmpty { text.append(wasFirstOfSet ? UInt8(ascii: ",") : UInt8(ascii: "+")) }
      wasFirstOfSet = attribute.isFirstOfSet
      let type = objectIdentifier(bytes[attribute.type])
      let name = X509AttributeNames.names[type]
      text += (name ?? type).utf8
      text.append(UInt8(ascii: "="))
      if form == .dump {
        text.append(UInt8(ascii: "#"))
        text += DNSDataReader.hexadecimal(bytes[attribute.value.content], upperCase: true).utf8
      } else if name == nil || width(ofTag: attribute.value.tag) == nil {
        text.append(UInt8(ascii: "#"))
        text += DNSDataReader.hexadecimal(bytes[attribute.value.whole], upperCase: true).utf8
      } else {
        guard appendValue(bytes, attribute.value, form, to: &text) else { return nil }
      }
    }
    return text
  }

  /// Bytes of one character of a string type; 0 for UTF-8, which is passed on; nil for what is no string.
  private static func width(ofTag tag: UInt8) -> Int? {
    switch tag {
    case 12: 0
    // NumericString, PrintableString, T61String (read as ISO 8859-1), IA5String, both times, VisibleString
    case 18, 19, 20, 22, 23, 24, 26: 1
    // UniversalString, BMPString
    case 28: 4
    case 30: 2
    default: nil
    }
  }

  private static func appendValue(
    _ bytes: [UInt8], _ value: DERReader.Element, _ form: Form, to text: inout [UInt8]
  ) -> Bool {
    let width = width(ofTag: value.tag) ?? 0
    let step = max(1, width)
    guard value.content.count % step == 0 else { return false }
    for start in stride(from: value.content.lowerBound, to: value.content.upperBound, by: step) {
      let code = bytes[start..<start + step].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let isLast = start + step == value.content.upperBound
      // OpenSSL takes what is both first and last for the last alone.
      let isFirst = start == value.content.lowerBound && !isLast
      if width == 0 || code < 0x80 {
        append(UInt8(code), isFirst: isFirst, isLast: isLast, form, to: &text)
      } else if let scalar = Unicode.Scalar(code) {
        for byte in UTF8.encode(scalar) ?? .init() {
          append(byte, isFirst: false, isLast: false, form, to: &text)
        }
      } else {
        return false
      }
    }
    return true
  }

  private static func append(
    _ byte: UInt8, isFirst: Bool, isLast: Bool, _ form: Form, to text: inout [UInt8]
  ) {
    let isSpecial =
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"),
        UInt8(ascii: ">"), UInt8(ascii: ";"):
        true
      case UInt8(ascii: " "): isFirst || isLast
      case UInt8(ascii: "#"): isFirst
      default: false
      }
    if isSpecial {
      text.append(UInt8(ascii: "\\"))
      text.append(byte)
    } else if byte < 0x20 || byte == 0x7f || (byte > 0x7f && form == .ascii) {
      text.append(UInt8(ascii: "\\"))
      text += DNSDataReader.hexadecimal([byte], upperCase: true).utf8
    } else {
      text.append(byte)
    }
  }

  /// The numbers of an object identifier (X.690 §8.19), those beyond 64 bits left out.
  static func objectIdentifier(_ bytes: ArraySlice<UInt8>) -> String {
    var parts: [String] = []
    var value: UInt64 = 0
    for byte in bytes {
      guard value <= UInt64.max >> 7, parts.count < 64 else { break }
      value = value << 7 | UInt64(byte & 0x7f)
      guard byte & 0x80 == 0 else { continue }
      if parts.isEmpty {
        let root = min(value / 40, 2)
        parts = [String(root), String(value - root * 40)]
      } else {
        parts.append(String(value))
      }
      value = 0
    }
    return parts.joined(separator: ".")
  }
}
