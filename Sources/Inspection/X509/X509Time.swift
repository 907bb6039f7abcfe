import SessionEvents

/// Reads the times of certificates (RFC 5280 §4.1.2.5): `YYMMDDhhmmssZ` and `YYYYMMDDhhmmssZ`.
///
/// The seconds may be missing, a fraction of them is left out, and instead of `Z` there may be an offset, as old
/// certificates have it (X.690 §11.7 forbids it).
enum X509Time {
  /// The next element's time, clamped to what a `Timestamp` can hold (such as the year 9999); nil where it is none.
  static func timestamp(_ reader: inout DERReader) -> Timestamp? {
    guard let element = reader.next() else { return nil }
    var text = reader.bytes[element.content]
    let year: Int
    switch element.tag {
    case DERReader.Tag.utcTime:
      guard let twoDigits = number(&text, digits: 2) else { return nil }
      year = twoDigits + (twoDigits < 50 ? 2_000 : 1_900)
    case DERReader.Tag.generalizedTime:
      guard let fourDigits = number(&text, digits: 4) else { return nil }
      year = fourDigits
    default:
      return nil
    }
    guard let month = number(&text, digits: 2), (1...12).contains(month), let day = number(&text, digits: 2),
      (1...daysInMonth(month, of: year)).contains(day), let hour = number(&text, digits: 2), hour < 24,
      let minute = number(&text, digits: 2), minute < 60
    else { return nil }
    let second = number(&text, digits: 2) ?? 0
    guard second < 60 else { return nil }
    passFraction(&text)
    guard let offset = offset(&text), text.isEmpty else { return nil }
    let seconds = (days(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second - offset
    let (nanoseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return Timestamp(nanoseconds: !overflow ? nanoseconds : seconds < 0 ? .min : .max)
  }

  private static func number(_ text: inout ArraySlice<UInt8>, digits: Int) -> Int? {
    guard text.count >= digits, text.prefix(digits).allSatisfy(isDigit) else { return nil }
    defer { text = text.dropFirst(digits) }
    return text.prefix(digits).reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func passFraction(_ text: inout ArraySlice<UInt8>) {
    guard text.first == UInt8(ascii: ".") else { return }
    text = text.dropFirst().drop(while: isDigit)
  }

  /// Seconds that local time is before UTC's.
  private static func offset(_ text: inout ArraySlice<UInt8>) -> Int? {
    let sign = text.popFirst()
    if sign == UInt8(ascii: "Z") { return 0 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(&text, digits: 2),
      hours <= 12, let minutes = number(&text, digits: 2), minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * 60 * (sign == UInt8(ascii: "+") ? 1 : -1)
  }

  private static func daysInMonth(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970, counted in years that begin on 1 March, so that the leap day is the last of its year.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let yearFromMarch = month > 2 ? year : year - 1
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    // The year 0 and those before it have no certificates, but January of 0 belongs to -1.
    let shifted = yearFromMarch + 400
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468 - 146_097
  }
}
