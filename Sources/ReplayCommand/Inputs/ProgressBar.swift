import Replay

/// One line on how far reading is.
///
///     replay: [=========>-----------]  45 %  460 MB of 1.0 GB  310 MB/s  2 s left
struct ProgressBar {
  private static let mostCells = 40

  var byteCount: UInt64
  /// Nil where it is not known.
  var total: UInt64?
  var elapsedNanoseconds: Int64

  /// The line, shorter than the terminal is wide; what does not fit is left out.
  func text(columns: Int) -> String {
    var line = "replay:"
    var parts = [fraction.map { "\(Self.padded($0)) %" }, amount, rate, timeLeft].compactMap(\.self)
    while !parts.isEmpty {
      let text = parts.joined(separator: "  ")
      let room = columns - 1 - line.count - 1 - text.count
      if room >= 0 {
        if let bar = bar(cells: min(Self.mostCells, room - 4)) { line += " \(bar)" }
        return "\(line) \(text)"
      }
      parts.removeLast()
    }
    return ""
  }

  /// In hundredths; never all as long as it goes on.
  private var fraction: Int? {
    guard let total, total > 0 else { return nil }
    return min(99, Int(min(byteCount, total).multipliedFullWidth(by: 100).low / total))
  }

  private var amount: String {
    let read = HumaneUnits.size(byteCount)
    return total.map { "\(read) of \(HumaneUnits.size($0))" } ?? "\(read) read"
  }

  private var bytesPerSecond: UInt64 {
    guard elapsedNanoseconds > 0 else { return 0 }
    return UInt64(Double(byteCount) / (Double(elapsedNanoseconds) / 1e9))
  }

  private var rate: String { "\(HumaneUnits.size(bytesPerSecond))/s" }

  private var timeLeft: String? {
    guard let total, bytesPerSecond > 0 else { return nil }
    let seconds = (total - min(total, byteCount)) / bytesPerSecond
    guard seconds < 100 * 3_600 else { return nil }
    let text = seconds < 60 ? "\(max(1, seconds)) s" : HumaneUnits.duration(Int64(seconds) * 1_000_000_000)
    return "\(text) left"
  }

  private func bar(cells: Int) -> String? {
    guard let fraction, cells >= 10 else { return nil }
    let full = cells * fraction / 100
    return "[" + String(repeating: "=", count: full) + ">" + String(repeating: "-", count: cells - full) + "]"
  }

  private static func padded(_ value: Int) -> String {
    let text = String(value)
    return String(repeating: " ", count: max(0, 3 - text.count)) + text
  }
}
