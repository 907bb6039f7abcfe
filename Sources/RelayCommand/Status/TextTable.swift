/// Rows of cells, in columns as wide as they need to be, and narrower where there is no room.
struct TextTable {
  struct Column {
    var title: String
    /// Numbers stand on the right.
    var isNumber = false
    /// The column may be cut to this width, which is at least its title's; nil: never.
    var narrowest: Int?
  }

  var columns: [Column]
  var rows: [[String]] = []

  private static let space = "  "

  /// With the titles on top; `width` is what there is room for, nil for any.
  func lines(width: Int?) -> [String] {
    let widths = fitted(to: width)
    return ([columns.map(\.title)] + rows).map { cells in
      let padded = zip(zip(cells, columns), widths).map { cell, width in
        Self.padded(Self.cut(cell.0, to: width), to: width, right: cell.1.isNumber)
      }
      let line = padded.joined(separator: Self.space)
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Text that is too long ends in an ellipsis.
  static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : "\(text.prefix(max(0, width - 1)))…"
  }

  private static func padded(_ text: String, to width: Int, right: Bool) -> String {
    let padding = String(repeating: " ", count: max(0, width - text.count))
    return right ? padding + text : text + padding
  }

  /// Takes from the widest column of those that may be cut, until all fit.
  private func fitted(to width: Int?) -> [Int] {
    var widths = columns.indices.map { column in
      max(columns[column].title.count, rows.map { $0[column].count }.max() ?? 0)
    }
    guard let width else { return widths }
    var excess = widths.reduce(0, +) + Self.space.count * (columns.count - 1) - width
    while excess > 0 {
      let candidates = columns.indices.filter { widths[$0] > columns[$0].narrowest ?? .max }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}
