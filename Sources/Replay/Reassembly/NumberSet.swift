/// A set of numbers that are mostly neighbours, held as ranges.
///
/// Beyond its limit of ranges, which only a hostile input reaches, the lowest are forgotten.
struct NumberSet {
  private static let rangeLimit = 65_536

  /// In order, and neither touching nor overlapping.
  private var ranges: [ClosedRange<UInt64>] = []

  var highest: UInt64 { ranges.last?.upperBound ?? 0 }

  func contains(_ number: UInt64) -> Bool {
    let index = firstIndex(endingAtOrAfter: number)
    return index < ranges.count && ranges[index].contains(number)
  }

  mutating func insert(_ number: UInt64) {
    if let last = ranges.last, number > 0, last.upperBound == number - 1 {
      // The way of nearly all numbers.
      ranges[ranges.count - 1] = last.lowerBound...number
      return
    }
    let index = firstIndex(endingAtOrAfter: number)
    if index < ranges.count, ranges[index].contains(number) { return }
    var range = number...number
    var replaced = index..<index
    if index > 0, ranges[index - 1].upperBound == number &- 1 {
      range = ranges[index - 1].lowerBound...number
      replaced = index - 1..<index
    }
    if index < ranges.count, ranges[index].lowerBound == number &+ 1 {
      range = range.lowerBound...ranges[index].upperBound
      replaced = replaced.lowerBound..<index + 1
    }
    ranges.replaceSubrange(replaced, with: [range])
    if ranges.count > Self.rangeLimit { ranges.removeFirst(ranges.count / 2) }
  }

  private func firstIndex(endingAtOrAfter number: UInt64) -> Int {
    if let last = ranges.last, last.upperBound < number { return ranges.count }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound >= number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
