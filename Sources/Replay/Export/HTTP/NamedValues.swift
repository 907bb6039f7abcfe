/// A name and a value, of a query, a form or a cookie.
struct NamedValue: Hashable {
  var name: [UInt8]
  var value: [UInt8]
}

/// Reads the lists of names and values that HTTP is full of.
enum NamedValues {
  /// The parameters of a request target's query, or of an urlencoded form, decoded (WHATWG URL §5.1).
  static func parameters(_ text: some Collection<UInt8>) -> [NamedValue] {
    text.split(separator: UInt8(ascii: "&")).map { part in
      let (name, value) = pair(part)
      return NamedValue(
        name: PercentCoding.decoded(name, plusIsSpace: true),
        value: PercentCoding.decoded(value ?? [], plusIsSpace: true))
    }
  }

  /// The query of a request target, without its question mark; nil where it has none.
  static func query(_ target: [UInt8]) -> ArraySlice<UInt8>? {
    guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    let end = target[mark...].firstIndex(of: UInt8(ascii: "#")) ?? target.endIndex
    return target[(mark + 1)..<end]
  }

  /// The cookies of a Cookie field (RFC 6265 §4.2.1).
  static func cookies(_ value: [UInt8]) -> [NamedValue] {
    value.split(separator: UInt8(ascii: ";")).compactMap { part in
      let part = trimmed(part)
      guard !part.isEmpty else { return nil }
      let (name, value) = pair(part)
      // Browsers take what has no "=" for a value without a name.
      guard let value else { return NamedValue(name: [], value: Array(name)) }
      return NamedValue(name: Array(trimmed(name)), value: Array(trimmed(value)))
    }
  }

  /// What stands before and behind the first "="; nothing behind where there is none.
  static func pair<Text: Collection<UInt8>>(
    _ text: Text
  ) -> (name: Text.SubSequence, value: Text.SubSequence?) {
    guard let sign = text.firstIndex(of: UInt8(ascii: "=")) else { return (text[...], nil) }
    return (text[..<sign], text[text.index(after: sign)...])
  }

  /// Without spaces and tabs at its ends.
  static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    var text = text
    while let first = text.first, isBlank(first) { text = text.dropFirst() }
    while let last = text.last, isBlank(last) { text = text.dropLast() }
    return text
  }
}
