/// An instant, in nanoseconds since 1970-01-01T00:00:00Z.
///
/// Its range is that of `Int64`: the years 1677 to 2262.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
    lhs.nanoseconds < rhs.nanoseconds
  }

  /// Nanoseconds from `earlier` to here; negative where `earlier` is later, clamped on overflow.
  public func nanoseconds(since earlier: Timestamp) -> Int64 {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    guard overflow else { return difference }
    return nanoseconds < earlier.nanoseconds ? .min : .max
  }
}

extension Timestamp: CustomStringConvertible, ASCIIText {
  /// RFC 3339 in UTC with nine fractional digits: `2026-11-24T08:00:00.000000000Z`.
  public var description: String { asciiDescription }

  public func write(into text: inout [UInt8]) {
    let civil = CivilTime(self)
    let parts: InlineArray<6, (value: Int, digits: Int, end: UInt8)> = [
      (civil.year, 4, 0x2d), (civil.month, 2, 0x2d), (civil.day, 2, 0x54), (civil.hour, 2, 0x3a),
      (civil.minute, 2, 0x3a), (civil.second, 2, 0x2e),
    ]
    text.append(addingCapacity: 48) { text in
      for index in parts.indices {
        appendDecimal(UInt64(parts[index].value), digits: parts[index].digits, to: &text)
        text.append(parts[index].end)
      }
      appendDecimal(UInt64(civil.nanosecond), digits: 9, to: &text)
      text.append(UInt8(ascii: "Z"))
    }
  }
}

/// A timestamp taken apart into the proleptic Gregorian calendar, UTC.
public struct CivilTime: Hashable, Sendable {
  public let year: Int
  public let month: Int
  public let day: Int
  public let hour: Int
  public let minute: Int
  public let second: Int
  public let nanosecond: Int

  public init(_ timestamp: Timestamp) {
    let (seconds, nanosecond) = floorDivide(timestamp.nanoseconds, by: 1_000_000_000)
    let (days, secondOfDay) = floorDivide(seconds, by: 86_400)
    self.nanosecond = Int(nanosecond)
    hour = Int(secondOfDay / 3_600)
    minute = Int(secondOfDay / 60 % 60)
    second = Int(secondOfDay % 60)
    (year, month, day) = Self.date(daysSince1970: Int(days))
  }

  /// `2026-11-24`.
  public var date: String {
    "\(decimal(year, digits: 4))-\(decimal(month, digits: 2))-\(decimal(day, digits: 2))"
  }

  /// `08:00:00`.
  public var timeOfDay: String {
    "\(decimal(hour, digits: 2)):\(decimal(minute, digits: 2)):\(decimal(second, digits: 2))"
  }

  /// Counts in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day is the last of its year.
  private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floorDivide(Int64(daysSince1970 + 719_468), by: 146_097)
    let leapCorrected = dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096
    let yearOfEra = leapCorrected / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(day))
  }
}

private func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func decimal(_ value: Int, digits: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
