/// Which exchange of one recording is which of another.
struct Alignment: Hashable, Sendable {
  /// An exchange that is there in both, or in one alone.
  enum Pair: Hashable, Sendable {
    case both(expected: Int, actual: Int)
    /// The same request, but at another place in the order.
    case moved(expected: Int, actual: Int)
    case missing(expected: Int)
    case unexpected(actual: Int)
  }

  /// In the order of the actual ones, those that are missing where they were expected.
  let pairs: [Pair]

  /// What is compared of an exchange.
  struct Item: Hashable, Sendable {
    var key: RequestKey
    /// Those of one protocol that stand at the same place may be the same with another request.
    var kind: String
  }

  /// Aligns by request; where the order counts, what is at another place in it is said to have moved.
  init(expected: [Item], actual: [Item], isOrdered: Bool) {
    var matching = Matching(expected: expected, actual: actual)
    if isOrdered { matching.pairInOrder() }
    matching.pairByRequest(isMoved: isOrdered)
    matching.pairRest()
    pairs = matching.pairs
  }
}

private struct Matching {
  /// Longest common subsequences are looked for in a table of at most this many places.
  private static let tableLimit = 4_000_000

  let expected: [Alignment.Item]
  let actual: [Alignment.Item]
  /// Of each actual one, the expected.
  private var partner: [Int?]
  private var isTaken: [Bool]
  private var moved: Set<Int> = []

  init(expected: [Alignment.Item], actual: [Alignment.Item]) {
    self.expected = expected
    self.actual = actual
    partner = Array(repeating: nil, count: actual.count)
    isTaken = Array(repeating: false, count: expected.count)
  }

  private mutating func pair(_ one: Int, _ other: Int) {
    isTaken[one] = true
    partner[other] = one
  }

  /// Pairs as many with the same request as can be in the same order.
  mutating func pairInOrder() {
    var start = 0
    while start < min(expected.count, actual.count), expected[start].key == actual[start].key {
      pair(start, start)
      start += 1
    }
    var ends = (expected.count, actual.count)
    while ends.0 > start, ends.1 > start, expected[ends.0 - 1].key == actual[ends.1 - 1].key {
      ends = (ends.0 - 1, ends.1 - 1)
      pair(ends.0, ends.1)
    }
    pairLongest(start..<ends.0, start..<ends.1)
  }

  private mutating func pairLongest(_ rows: Range<Int>, _ columns: Range<Int>) {
    guard !rows.isEmpty, !columns.isEmpty, rows.count <= Self.tableLimit / columns.count else { return }
    let width = columns.count + 1
    var lengths = [Int32](repeating: 0, count: (rows.count + 1) * width)
    for row in rows.reversed() {
      for column in columns.reversed() {
        let place = (row - rows.lowerBound) * width + column - columns.lowerBound
        lengths[place] =
          expected[row].key == actual[column].key
          ? lengths[place + width + 1] + 1 : max(lengths[place + width], lengths[place + 1])
      }
    }
    var (row, column) = (rows.lowerBound, columns.lowerBound)
    while row < rows.upperBound, column < columns.upperBound {
      let place = (row - rows.lowerBound) * width + column - columns.lowerBound
      if expected[row].key == actual[column].key {
        pair(row, column)
        (row, column) = (row + 1, column + 1)
      } else if lengths[place + width] >= lengths[place + 1] {
        row += 1
      } else {
        column += 1
      }
    }
  }

  /// Pairs what is left and has the same request, the first with the first.
  mutating func pairByRequest(isMoved: Bool) {
    var left: [RequestKey: [Int]] = [:]
    for index in expected.indices.reversed() where !isTaken[index] {
      left[expected[index].key, default: []].append(index)
    }
    for index in actual.indices where partner[index] == nil {
      guard let one = left[actual[index].key]?.popLast() else { continue }
      pair(one, index)
      if isMoved { moved.insert(index) }
    }
  }

  /// Pairs what is left of one kind between two pairs: there the request itself has changed.
  mutating func pairRest() {
    var next = 0
    for index in actual.indices {
      if let one = partner[index] {
        if !moved.contains(index) { next = max(next, one + 1) }
        continue
      }
      var candidate = next
      while candidate < expected.count, !isTaken[candidate] {
        if expected[candidate].kind == actual[index].kind {
          pair(candidate, index)
          next = candidate + 1
          break
        }
        candidate += 1
      }
    }
  }

  var pairs: [Alignment.Pair] {
    var pairs: [Alignment.Pair] = []
    var missing = expected.indices.filter { !isTaken[$0] }[...]
    for index in actual.indices {
      guard let one = partner[index] else {
        pairs.append(.unexpected(actual: index))
        continue
      }
      if moved.contains(index) {
        pairs.append(.moved(expected: one, actual: index))
        continue
      }
      while let first = missing.first, first < one {
        pairs.append(.missing(expected: first))
        missing = missing.dropFirst()
      }
      pairs.append(.both(expected: one, actual: index))
    }
    return pairs + missing.map { .missing(expected: $0) }
  }
}
