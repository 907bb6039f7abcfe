/// Sizes and durations as people read them: three significant digits or so, in decimal units.
package enum HumaneUnits {
  /// `0 B`, `999 B`, `1.2 kB`, `345 kB`, `12.3 MB`.
  package static func size(_ byteCount: UInt64) -> String {
    guard byteCount >= 1_000 else { return "\(byteCount) B" }
    var unit: UInt64 = 1_000
    var names = ["kB", "MB", "GB", "TB", "PB", "EB"][...]
    // 999,950 would round to 1000.0 of a unit: the next unit begins where rounding reaches it.
    while names.count > 1, byteCount / unit >= 1_000 || rounds(byteCount, to: 1_000, of: unit) {
      unit *= 1_000
      names = names.dropFirst()
    }
    return "\(decimal(byteCount, of: unit)) \(names.first ?? "EB")"
  }

  /// `850 ns`, `12 µs`, `45.2 ms`, `1.23 s`, `2 min 5 s`, `3 h 20 min`, `9 d 1 h`; negative ones as `0 ns`.
  package static func duration(_ nanoseconds: Int64) -> String {
    let value = UInt64(max(0, nanoseconds))
    switch value {
    case ..<1_000: return "\(value) ns"
    case ..<999_500: return "\((value + 500) / 1_000) µs"
    case ..<999_500_000: return "\(decimal(value, of: 1_000_000)) ms"
    case ..<59_950_000_000: return "\(decimal(value, of: 1_000_000_000)) s"
    default:
      let seconds = (value + 500_000_000) / 1_000_000_000
      if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
      if seconds < 48 * 3_600 { return "\(seconds / 3_600) h \(seconds / 60 % 60) min" }
      return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
    }
  }

  /// `1,234,567`.
  package static func count(_ value: UInt64) -> String {
    var digits = Array(String(value))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return String(digits)
  }

  /// One decimal below 100 units, none above.
  private static func decimal(_ value: UInt64, of unit: UInt64) -> String {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
    // A remainder is below 10^18, so ten of it still fit.
    let tenths = whole * 10 + (rest * 10 + unit / 2) / unit
    return tenths < 1_000 ? "\(tenths / 10).\(tenths % 10)" : "\(whole + (rest >= unit - rest ? 1 : 0))"
  }

  private static func rounds(_ value: UInt64, to count: UInt64, of unit: UInt64) -> Bool {
    value / unit == count - 1 && value % unit * 2 >= unit
  }
}

extension HumaneUnits {
  /// `1 session`, `1,234 sessions`.
  package static func plural(_ value: UInt64, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }
}
