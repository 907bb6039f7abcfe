import Inspection
import SessionEvents

/// One session for people, in one line.
///
///     #2   08:22:31.530    1.2 kB  45.1 kB   29.4 ms  closed  curl[4711] → example.com:443 (sni)
struct SessionLine {
  private let summary: SessionSummary

  init(_ summary: SessionSummary) {
    self.summary = summary
  }

  var line: StyledLine {
    var line = StyledLine(session: summary.session, time: summary.opened)
    line.add(HumaneUnits.size(summary.clientByteCount), width: 8, alignRight: true)
    line.add(HumaneUnits.size(summary.serverByteCount), width: 8, alignRight: true)
    let duration = summary.closed.map { HumaneUnits.duration($0.nanoseconds(since: summary.opened)) } ?? ""
    line.add(duration, width: 9, alignRight: true)
    line.add("", separator: " ")
    let (end, style) = end
    line.add(end, style, width: 6)
    line.add("", separator: " ")
    if let process = summary.opening.process {
      line.add(process.label)
      line.add("→")
    }
    line.add("\(host):\(summary.opening.originalDestination.port)", .bold)
    line.add("(\(summary.host.source.rawValue))", .dim)
    if summary.bypass != nil { line.add("bypassed", .notable) }
    if summary.opening.continues != nil { line.add("continued", .dim) }
    if summary.gapByteCount > 0, summary.opening.continues == nil {
      line.add("\(HumaneUnits.count(summary.gapByteCount)) bytes are missing", .bad)
    }
    if summary.conflictByteCount > 0 {
      let count = HumaneUnits.count(summary.conflictByteCount)
      line.add("\(count) bytes came twice, unlike", .bad, separator: ", ")
    }
    return line
  }

  private var host: String {
    guard summary.host.source == .address, !summary.opening.originalDestination.address.isIPv4 else {
      return DisplayText.safe(summary.host.name)
    }
    return "[\(DisplayText.safe(summary.host.name))]"
  }

  private var end: (text: String, style: StyledLine.Style) {
    if summary.closing?.cause != nil { return ("failed", .bad) }
    switch summary.closing?.end {
    case .fin: return ("closed", .dim)
    case .reset: return ("reset", .notable)
    case .idle: return ("silent", .dim)
    case .open, nil: return ("open", .notable)
    }
  }
}
