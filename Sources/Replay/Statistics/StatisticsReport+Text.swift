import SessionEvents

extension StatisticsReport {
  /// Tables for people; of each the `rowCount` rows with most exchanges, and one for the rest.
  public func text(_ options: ShowOptions, rowCount: Int) -> [UInt8] {
    var output: [UInt8] = []
    for line in summaryLines { line.write(width: options.width, color: options.color, into: &output) }
    for table in statistics.tables {
      let lines = StatisticsText(table, rowCount: rowCount, width: options.width).lines
      if lines.count > 1 { output.append(UInt8(ascii: "\n")) }
      // A row is never wrapped: columns would not stand below each other.
      for line in lines { line.write(width: .max, color: options.color, into: &output) }
    }
    let findings = statistics.sortedFindings
    guard !findings.isEmpty else { return output }
    output.append(UInt8(ascii: "\n"))
    for (code, count) in [("FINDINGS", nil)] + findings.map({ ($0.code, $0.count) }) {
      var line = StyledLine(indent: 0)
      line.add(DisplayText.safe(code), count == nil ? .dim : .notable, width: 40)
      if let count { line.add(HumaneUnits.count(count), width: 11, alignRight: true) }
      line.write(width: .max, color: options.color, into: &output)
    }
    return output
  }

  private var summaryLines: [StyledLine] {
    let total = statistics.total
    var counts = StyledLine(indent: 2)
    counts.add(HumaneUnits.plural(total.sessions, "session"), .bold)
    counts.add(HumaneUnits.plural(total.exchanges, "exchange"), .bold, separator: ", ")
    if let first = statistics.first, let last = statistics.last {
      let (start, end) = (CivilTime(first), CivilTime(last))
      counts.add("from \(start.date) \(start.timeOfDay)")
      counts.add("to \(start.date == end.date ? "" : end.date + " ")\(end.timeOfDay) UTC")
    }
    var bytes = StyledLine(indent: 2)
    bytes.add("\(HumaneUnits.size(statistics.clientBytes)) from the clients")
    bytes.add("\(HumaneUnits.size(statistics.serverBytes)) from the servers", separator: ", ")
    if statistics.failedSessions > 0 {
      bytes.add(HumaneUnits.plural(statistics.failedSessions, "failed session"), .bad, separator: ", ")
    }
    if statistics.gapSessions > 0 {
      let places = HumaneUnits.plural(statistics.gapSessions, "session")
      bytes.add("\(HumaneUnits.count(statistics.gapBytes)) bytes missing in \(places)", .bad, separator: ", ")
    }
    return [counts, bytes]
  }
}

/// One table for people, without the columns in which nothing stands.
///
///     HOST             SESSIONS EXCHANGES ERRORS NO ANSWER   SENT RECEIVED     P50     P90     P99     MAX
///     example.com             3        12      1         2  1 kB   1.2 MB 12.0 ms 45.0 ms 45.0 ms 45.0 ms
private struct StatisticsText {
  private struct Cell {
    var text: String
    var style = StyledLine.Style.plain
  }

  private struct Column {
    var title: String
    var cells: [Cell]

    var width: Int { ([title] + cells.map(\.text)).map(DisplayText.width).max() ?? 0 }
  }

  private static let shortestKey = 12
  private static let longestKey = 48

  private let grouping: StatisticsGrouping
  private let keys: [Cell]
  private let columns: [Column]
  private let keyWidth: Int

  init(_ table: StatisticsTable, rowCount: Int, width: Int) {
    let (rows, others) = table.top(rowCount)
    grouping = table.grouping
    keys =
      rows.map { Cell(text: DisplayText.safe($0.key), style: .bold) }
      + (others == nil ? [] : [Cell(text: "(others)", style: .dim)])
    columns = Self.columns(rows.map(\.row) + (others.map { [$0] } ?? []))
    let numbers = columns.reduce(0) { $0 + $1.width + 1 }
    let wanted = keys.map { DisplayText.width($0.text) }.max() ?? 0
    let room = max(Self.shortestKey, width - numbers)
    keyWidth = min(max(Self.shortestKey, wanted), room, Self.longestKey)
  }

  var lines: [StyledLine] {
    var heading = StyledLine(indent: 0)
    heading.add(grouping.rawValue.uppercased(), .dim, width: keyWidth)
    for column in columns { heading.add(column.title, .dim, width: column.width, alignRight: true) }
    return [heading] + keys.indices.flatMap(row)
  }

  /// A key that is too long for its column has a line of its own.
  private func row(_ index: Int) -> [StyledLine] {
    let key = keys[index]
    var lines: [StyledLine] = []
    var line = StyledLine(indent: 0)
    if DisplayText.width(key.text) > keyWidth {
      line.add(key.text, key.style)
      lines.append(line)
      line = StyledLine(indent: 0)
      line.add("", width: keyWidth)
    } else {
      line.add(key.text, key.style, width: keyWidth)
    }
    for column in columns {
      let cell = column.cells[index]
      line.add(cell.text, cell.style, width: column.width, alignRight: true)
    }
    return lines + [line]
  }

  private static func columns(_ rows: [StatisticsRow]) -> [Column] {
    var columns = [
      Column(title: "SESSIONS", cells: rows.map { Cell(text: HumaneUnits.count($0.sessions)) }),
      Column(title: "EXCHANGES", cells: rows.map { Cell(text: HumaneUnits.count($0.exchanges)) }),
    ]
    columns += counts("ERRORS", .bad, rows.map(\.errors))
    columns += counts("NO ANSWER", .notable, rows.map(\.unanswered))
    columns += sizes("SENT", rows.map(\.requestBytes)) + sizes("RECEIVED", rows.map(\.responseBytes))
    guard rows.contains(where: { $0.durations.count > 0 }) else { return columns }
    for percent in [50, 90, 99] as [UInt64] {
      columns.append(durations("P\(percent)", rows) { $0.percentile(percent) })
    }
    columns.append(durations("MAX", rows) { $0.count > 0 ? $0.largest : nil })
    return columns
  }

  private static func counts(_ title: String, _ style: StyledLine.Style, _ counts: [UInt64]) -> [Column] {
    guard counts.contains(where: { $0 > 0 }) else { return [] }
    return [
      Column(
        title: title, cells: counts.map { Cell(text: HumaneUnits.count($0), style: $0 > 0 ? style : .plain) })
    ]
  }

  private static func sizes(_ title: String, _ counts: [UInt64]) -> [Column] {
    guard counts.contains(where: { $0 > 0 }) else { return [] }
    return [Column(title: title, cells: counts.map { Cell(text: HumaneUnits.size($0)) })]
  }

  private static func durations(
    _ title: String, _ rows: [StatisticsRow], _ value: (DurationSketch) -> Int64?
  ) -> Column {
    Column(title: title, cells: rows.map { Cell(text: value($0.durations).map(HumaneUnits.duration) ?? "") })
  }
}
