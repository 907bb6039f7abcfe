public import SessionEvents

/// A moment, as `--since` and `--until` take it.
///
///     2026-11-24T09:04:43.5Z    2026-11-24 09:04    2026-11-24    09:04:43    +90s    +1h30m
///
/// Without a zone it is UTC. A time of day is the first that is at most an hour before the recording's start; a time with
/// a plus is counted from there.
public struct Moment: Hashable, Sendable, CustomStringConvertible {
  private enum Meaning: Hashable {
    case instant(Timestamp)
    /// Nanoseconds since midnight.
    case timeOfDay(Int64)
    /// Nanoseconds.
    case afterStart(Int64)
  }

  /// How far before the recording's start a time of day may be.
  private static let reach: Int64 = 3_600_000_000_000
  private static let day: Int64 = 86_400_000_000_000

  public let description: String
  private let meaning: Meaning

  /// Nil where the text is no moment.
  public init?(_ text: String) {
    guard let meaning = Self.meaning(text) else { return nil }
    self.meaning = meaning
    description = text
  }

  /// The moment in a recording that begins at `start`; clamped to what a timestamp can say.
  public func timestamp(start: Timestamp) -> Timestamp {
    switch meaning {
    case .instant(let time): time
    case .afterStart(let span): Self.sum(start.nanoseconds, span)
    case .timeOfDay(let time): Self.sum(start.nanoseconds, Self.distance(from: start, to: time))
    }
  }

  private static func meaning(_ text: String) -> Meaning? {
    func whole<Value>(_ read: (inout MomentScanner) -> Value?) -> Value? {
      var scanner = MomentScanner(text)
      let value = read(&scanner)
      return scanner.isAtEnd ? value : nil
    }
    return whole { $0.span() }.map(Meaning.afterStart) ?? whole { $0.instant() }.map(Meaning.instant)
      ?? whole { $0.timeOfDay() }.map(Meaning.timeOfDay)
  }

  /// From `start` to the time of day: from -`reach` on, less than a day.
  private static func distance(from start: Timestamp, to time: Int64) -> Int64 {
    let now = start.nanoseconds % day
    let difference = (time - now + reach) % day
    return (difference < 0 ? difference + day : difference) - reach
  }

  private static func sum(_ start: Int64, _ span: Int64) -> Timestamp {
    let (sum, overflow) = start.addingReportingOverflow(span)
    return Timestamp(nanoseconds: overflow ? (span < 0 ? .min : .max) : sum)
  }
}

/// Reads times as people write them.
private struct MomentScanner {
  private static let second: Int64 = 1_000_000_000
  private static let units: [(name: String, length: Int64)] = [
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", second), ("min", 60 * second),
    ("m", 60 * second), ("h", 3_600 * second), ("d", 86_400 * second),
  ]

  private let text: [UInt8]
  private var place = 0

  init(_ text: String) {
    self.text = Array(text.utf8)
  }

  var isAtEnd: Bool { place == text.count }

  /// `+90s`, `+1h30m`, `+1.5s`.
  mutating func span() -> Int64? {
    guard take("+"), !isAtEnd else { return nil }
    var sum: Int64 = 0
    while !isAtEnd {
      guard let whole = number(digits: 1...9) else { return nil }
      let fraction = take(".") ? self.fraction() : 0
      guard let fraction, let unit = Self.units.first(where: { take($0.name) }) else { return nil }
      let (product, overflow) = whole.multipliedReportingOverflow(by: unit.length)
      // Less than one unit, since the fraction counts billionths.
      let part = Self.second.dividingFullWidth(fraction.multipliedFullWidth(by: unit.length)).quotient
      let (sumSoFar, sumOverflow) = sum.addingReportingOverflow(product)
      let (total, totalOverflow) = sumSoFar.addingReportingOverflow(part)
      guard !overflow, !sumOverflow, !totalOverflow else { return nil }
      sum = total
    }
    return sum
  }

  /// A date, perhaps a time of day, perhaps a zone.
  mutating func instant() -> Timestamp? {
    guard let year = number(digits: 4...4), take("-"), let month = number(digits: 2...2), take("-"),
      let day = number(digits: 2...2), let midnight = Timestamp(midnightOf: year, month, day)
    else { return nil }
    if isAtEnd { return midnight }
    guard take("T") || take("t") || take(" "), let time = timeOfDay(), let offset = zone() else { return nil }
    let (sum, overflow) = midnight.nanoseconds.addingReportingOverflow(time - offset)
    return overflow ? nil : Timestamp(nanoseconds: sum)
  }

  /// `09:04`, `09:04:43.055`.
  mutating func timeOfDay() -> Int64? {
    guard let hour = number(digits: 2...2), hour < 24, take(":"), let minute = number(digits: 2...2),
      minute < 60
    else { return nil }
    var nanoseconds = (hour * 3_600 + minute * 60) * Self.second
    guard take(":") else { return nanoseconds }
    guard let seconds = number(digits: 2...2), seconds < 60 else { return nil }
    nanoseconds += seconds * Self.second
    guard take(".") else { return nanoseconds }
    guard let fraction = fraction() else { return nil }
    return nanoseconds + fraction
  }

  /// Nanoseconds by which the zone is ahead of UTC.
  private mutating func zone() -> Int64? {
    if isAtEnd || take("Z") || take("z") { return 0 }
    let isAhead = take("+")
    guard isAhead || take("-"), let hour = number(digits: 2...2), take(":"),
      let minute = number(digits: 2...2),
      hour < 24, minute < 60
    else { return nil }
    let offset = (hour * 3_600 + minute * 60) * Self.second
    return isAhead ? offset : -offset
  }

  private mutating func number(digits: ClosedRange<Int>) -> Int64? {
    let digitsThere = text[place...].prefix { (0x30...0x39).contains($0) }
    guard digits.contains(digitsThere.count) else { return nil }
    place += digitsThere.count
    return Int64(String(decoding: digitsThere, as: UTF8.self))
  }

  /// The digits behind a point, as billionths.
  private mutating func fraction() -> Int64? {
    let start = place
    guard let value = number(digits: 1...9) else { return nil }
    return (place - start..<9).reduce(value) { value, _ in value * 10 }
  }

  private mutating func take(_ word: String) -> Bool {
    guard text[place...].starts(with: word.utf8) else { return false }
    place += word.utf8.count
    return true
  }
}

extension Timestamp {
  /// The beginning of a day, UTC; nil where the calendar has none such, or a timestamp cannot say it.
  fileprivate init?(midnightOf year: Int64, _ month: Int64, _ day: Int64) {
    guard (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Counted from 1 March, so that the leap day is the last of its year.
    let (marchYear, marchMonth) = month <= 2 ? (year - 1, month + 9) : (year, month - 3)
    guard marchYear >= 0 else { return nil }
    let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
    let days = marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 1 - 719_468
    let (nanoseconds, overflow) = days.multipliedReportingOverflow(by: 86_400_000_000_000)
    guard !overflow else { return nil }
    self.init(nanoseconds: nanoseconds)
    // 30 February would be 2 March.
    guard CivilTime(self).day == day else { return nil }
  }
}
