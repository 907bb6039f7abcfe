import SessionEvents

extension Timestamp {
  /// Reads what `description` writes: RFC 3339 in UTC with nine fractional digits.
  init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 30, bytes[29] == UInt8(ascii: "Z") else { return nil }
    for (offset, byte) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, ".")]
      as [(Int, Unicode.Scalar)]
    where bytes[offset] != UInt8(ascii: byte) {
      return nil
    }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      let fraction = number(20..<29), (1...12).contains(month), (1...31).contains(day), hour < 24,
      minute < 60, second <= 60
    else { return nil }
    let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflow) = product.addingReportingOverflow(fraction)
    guard !overflow, !sumOverflow else { return nil }
    self.init(nanoseconds: sum)
  }
}

/// Counts from 1 March of year 0, so that the leap day is the last of its year; years are not negative.
private func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let marchYear = month <= 2 ? year - 1 : year
  let marchMonth = month <= 2 ? month + 9 : month - 3
  let leapDays = floorDivide(marchYear, 4) - floorDivide(marchYear, 100) + floorDivide(marchYear, 400)
  return marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 1 - 719_468
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}
