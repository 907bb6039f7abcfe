import Inspection
import SessionEvents

/// What was malformed, ambiguous or missing in an exchange, a line for each.
struct FindingLines {
  let findings: [Finding]
  /// Where the session's beginning is, if it is in another recording.
  let continues: SessionContinuation?

  /// What another recording has is not missing: it is told once, and what follows from it is dim.
  var lines: [StyledLine] {
    let isFirst = continues?.recording != nil && findings.contains(where: isBeginning)
    var lines: [StyledLine] = []
    if isFirst, let recording = continues?.recording {
      lines.append(.remark("begins in \(DisplayText.safe(recording))", .dim))
    }
    return lines
      + findings.filter { !(isFirst && isBeginning($0)) }.map { line($0, isFirst ? .dim : .notable) }
  }

  private func isBeginning(_ finding: Finding) -> Bool { finding.code == "gap" && finding.offset == 0 }

  private func line(_ finding: Finding, _ style: StyledLine.Style) -> StyledLine {
    let place = finding.direction.map { " of the \($0.sender.rawValue)'s bytes" } ?? ""
    let text = "! \(DisplayText.safe(finding.code)) at \(finding.offset)\(place): "
    return .remark(text + DisplayText.safe(finding.detail), style)
  }
}
