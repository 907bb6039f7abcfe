extension ValueSyntax where Value == UInt16 {
  static let port = ValueSyntax(
    "a port, 1 to 65535", parse: { UInt16(decimal: $0).flatMap { $0 > 0 ? $0 : nil } },
    text: { String($0) })
}

extension ValueSyntax where Value == Int {
  static func count(_ range: ClosedRange<Int>) -> ValueSyntax {
    let expectation =
      range.upperBound == Int.max
      ? "a number, \(range.lowerBound) or more" : "a number, \(range.lowerBound) to \(range.upperBound)"
    return ValueSyntax(
      expectation, parse: { Int(decimal: $0).flatMap { range.contains($0) ? $0 : nil } },
      text: { String($0) })
  }
}

extension ValueSyntax where Value == UInt32 {
  /// In decimal, or in hexadecimal after 0x.
  static let mark = ValueSyntax(
    "a mark, 1 to 0xffffffff",
    parse: { text in
      let value =
        text.hasPrefix("0x")
        ? UInt32(text.dropFirst(2), radix: 16, digits: \.isHexDigit) : UInt32(decimal: text)
      return value.flatMap { $0 > 0 ? $0 : nil }
    },
    text: { "0x\(String($0, radix: 16))" })
}

extension ValueSyntax where Value == Bool {
  static let truth = ValueSyntax(
    "true or false",
    read: { (text) throws(UnfitValue) in
      switch text {
      case "true": return true
      case "false": return false
      case "yes", "on", "1": throw UnfitValue("'\(text)' is not true or false: did you mean 'true'?")
      case "no", "off", "0": throw UnfitValue("'\(text)' is not true or false: did you mean 'false'?")
      default: throw UnfitValue("'\(text)' is not true or false")
      }
    },
    text: { String($0) })
}

extension ValueSyntax where Value: RawRepresentable<String> & CaseIterable & Sendable {
  /// One of a few words.
  static var choice: ValueSyntax {
    let words = Value.allCases.map(\.rawValue)
    let expectation = words.dropLast().joined(separator: ", ") + " or " + words.suffix(1).joined()
    return ValueSyntax(
      expectation, words: words,
      read: { (text) throws(UnfitValue) in
        if let value = Value(rawValue: text) { return value }
        let near = Spelling.nearest(to: text, among: words).map { ": did you mean '\($0)'?" } ?? ""
        throw UnfitValue("'\(text)' is not \(expectation)\(near)")
      },
      text: { $0.rawValue })
  }
}

extension FixedWidthInteger {
  /// Reads digits alone: no sign, no underscore, nothing around.
  init?(decimal text: some StringProtocol) {
    self.init(text, radix: 10, digits: { ("0"..."9").contains($0) })
  }

  fileprivate init?(_ text: some StringProtocol, radix: Int, digits: (Character) -> Bool) {
    guard text.utf8.count <= 20, text.allSatisfy({ $0.isASCII && digits($0) }) else { return nil }
    self.init(text, radix: radix)
  }
}
