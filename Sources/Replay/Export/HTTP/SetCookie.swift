/// One Set-Cookie field (RFC 6265 §5.2), as leniently as browsers read it.
struct SetCookie: Hashable {
  var cookie: NamedValue
  var path: [UInt8]?
  var domain: [UInt8]?
  /// RFC 3339, whole seconds, UTC; nil where there is none or it cannot be read.
  var expires: String?
  var sameSite: [UInt8]?
  var isHTTPOnly = false
  var isSecure = false

  /// Nil where the field names no cookie.
  init?(_ value: [UInt8]) {
    let parts = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard let first = parts.first, let cookie = NamedValues.cookies(Array(first)).first else { return nil }
    self.cookie = cookie
    for part in parts.dropFirst() {
      let (name, value) = NamedValues.pair(part)
      let argument = value.map { Array(NamedValues.trimmed($0)) }
      switch String(decoding: NamedValues.trimmed(name), as: UTF8.self).lowercased() {
      case "path": path = argument
      case "domain": domain = argument
      case "expires": expires = argument.flatMap(CookieDate.text)
      case "samesite": sameSite = argument
      case "httponly": isHTTPOnly = true
      case "secure": isSecure = true
      default: break
      }
    }
  }
}

/// The dates of cookies, in whatever order and form servers write them (RFC 6265 §5.1.1).
enum CookieDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// The date in RFC 3339; nil where it is none.
  static func text(_ value: [UInt8]) -> String? {
    var time: [Int]?
    var day: Int?
    var month: Int?
    var year: Int?
    for token in value.split(whereSeparator: isDelimiter) {
      let text = String(decoding: token, as: UTF8.self).lowercased()
      if time == nil, let found = clock(text) {
        time = found
      } else if day == nil, let number = leadingNumber(text, digits: 1...2) {
        day = number
      } else if month == nil, let index = months.firstIndex(where: text.hasPrefix) {
        month = index + 1
      } else if year == nil, let number = leadingNumber(text, digits: 2...4) {
        year = number
      }
    }
    guard let time, let day, let month, var year else { return nil }
    if (70...99).contains(year) { year += 1900 } else if year < 70 { year += 2000 }
    guard (1...31).contains(day), year >= 1601, time[0] <= 23, time[1] <= 59, time[2] <= 59 else {
      return nil
    }
    let clock = time.map { decimal($0, 2) }.joined(separator: ":")
    return "\(decimal(year, 4))-\(decimal(month, 2))-\(decimal(day, 2))T\(clock)Z"
  }

  private static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09, 0x20...0x2f, 0x3b...0x40, 0x5b...0x60, 0x7b...0x7e: true
    default: false
    }
  }

  private static func clock(_ text: String) -> [Int]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let numbers = parts.compactMap { leadingNumber(String($0), digits: 1...2) }
    return numbers.count == 3 ? numbers : nil
  }

  /// The number that a text begins with, of so many digits and no more.
  private static func leadingNumber(_ text: String, digits: ClosedRange<Int>) -> Int? {
    let leading = text.utf8.prefix { (0x30...0x39).contains($0) }
    guard digits.contains(leading.count) else { return nil }
    return Int(String(leading) ?? "")
  }

  private static func decimal(_ value: Int, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
