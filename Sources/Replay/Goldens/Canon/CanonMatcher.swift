/// What a rule asks of a field, instead of that it be the same.
public enum CanonMatcher: Hashable, Sendable {
  /// It is there, and not null.
  case present
  /// It is left out, there or not.
  case ignored
  /// It is the same, whatever earlier rules say.
  case exact
  /// Its whole text matches this regular expression.
  case regex(String)
  /// It is a value of this kind.
  case type(CanonType)
  /// It is a number this near to the golden's.
  case near(CanonTolerance)
  /// It is a number in this range.
  case within(ClosedRange<Double>, text: String)
  /// It is the same, but for what matches this regular expression, or the first group in it.
  case mask(String)
}

/// A kind of JSON value.
public enum CanonType: String, CaseIterable, Sendable {
  case string, number, integer, boolean, array, object, null

  func admits(_ node: JSONNode) -> Bool {
    let name = node.typeName
    return name == rawValue || self == .number && name == "integer"
  }
}

/// How far two numbers may be apart.
public struct CanonTolerance: Hashable, Sendable {
  /// As it was written: `10%`, `50ms`.
  public let text: String
  private let amount: Double
  private let isRelative: Bool

  /// Nil where it is no such amount.
  public init?(_ text: String) {
    self.text = text
    isRelative = text.hasSuffix("%")
    guard let amount = isRelative ? Double(text.dropLast()) : CanonNumber.value(text), amount >= 0,
      amount.isFinite
    else { return nil }
    self.amount = amount
  }

  func admits(_ value: Double, expected: Double) -> Bool {
    let most = isRelative ? abs(expected) * amount / 100 : amount
    return abs(value - expected) <= most
  }
}

/// Numbers in rules: plain, or with a unit of time, which stands for nanoseconds.
public enum CanonNumber {
  /// Nil for what is no number.
  public static func value(_ text: some StringProtocol) -> Double? {
    let units: [(name: String, factor: Double)] = [
      ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9),
    ]
    if let value = Double(text), value.isFinite { return value }
    for unit in units where text.hasSuffix(unit.name) {
      let number = text.dropLast(unit.name.count)
      if let value = Double(number), value.isFinite { return value * unit.factor }
    }
    return nil
  }

  /// The range that `0..2s` means; nil where it is none.
  public static func range(_ text: String) -> ClosedRange<Double>? {
    let bytes = Array(text.utf8)
    guard let dots = bytes.indices.dropLast().first(where: { bytes[$0] == 0x2e && bytes[$0 + 1] == 0x2e })
    else { return nil }
    let low = String(decoding: bytes[..<dots], as: UTF8.self)
    let high = String(decoding: bytes[(dots + 2)...], as: UTF8.self)
    guard let lower = value(low), let upper = value(high), lower <= upper else { return nil }
    return lower...upper
  }
}
