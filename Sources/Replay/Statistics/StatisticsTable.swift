/// The rows of one grouping, as many as are kept, and one for all the rest.
public struct StatisticsTable: Sendable {
  /// Keys that have a row of their own: the first ones seen.
  public static let rowLimit = 1_000

  public let grouping: StatisticsGrouping
  public private(set) var rows: [String: StatisticsRow] = [:]
  /// All other keys together; nil where there are none.
  public private(set) var others: StatisticsRow?

  init(_ grouping: StatisticsGrouping) {
    self.grouping = grouping
  }

  /// The rows with most exchanges, at most `count` of them, and all the rest together.
  public func top(_ count: Int) -> (rows: [(key: String, row: StatisticsRow)], others: StatisticsRow?) {
    let sorted = rows.sorted { one, other in
      (other.value.exchanges, other.value.sessions, one.key) < (
        one.value.exchanges, one.value.sessions, other.key
      )
    }
    var others = others
    for (_, row) in sorted.dropFirst(count) { Self.merge(row, into: &others) }
    return (sorted.prefix(count).map { ($0.key, $0.value) }, others)
  }

  /// Changes a key's row; returns the key of the row that was, which is nil for the rest.
  mutating func update(_ key: String, _ body: (inout StatisticsRow) -> Void) {
    if let row = rowKey(key) {
      body(&rows[row, default: StatisticsRow()])
    } else {
      var rest = others ?? StatisticsRow()
      body(&rest)
      others = rest
    }
  }

  /// The key under which a key is counted; nil where that is with the rest.
  func rowKey(_ key: String) -> String? {
    rows[key] != nil || rows.count < Self.rowLimit ? key : nil
  }

  mutating func merge(_ other: StatisticsTable) {
    for (key, row) in other.rows.sorted(by: { $0.value.exchanges > $1.value.exchanges }) {
      update(key) { $0.merge(row) }
    }
    if let rest = other.others { Self.merge(rest, into: &others) }
  }

  private static func merge(_ row: StatisticsRow, into others: inout StatisticsRow?) {
    var sum = others ?? StatisticsRow()
    sum.merge(row)
    others = sum
  }
}
