import Inspection
import SessionEvents

/// What is worth saying when a session closes.
struct SessionEnding {
  private let summary: SessionSummary
  private let exchangeCount: Int

  init(_ summary: SessionSummary, exchangeCount: Int) {
    self.summary = summary
    self.exchangeCount = exchangeCount
  }

  /// An orderly end of a session that said something goes without saying.
  var isNotable: Bool {
    if exchangeCount == 0 || summary.closing?.cause != nil { return true }
    if summary.gapByteCount > 0 || summary.conflictByteCount > 0 { return true }
    switch summary.closing?.end {
    case .reset, .open: return true
    case .fin, .idle, nil: return false
    }
  }

  /// How it ended, and why.
  var text: String {
    let cause = summary.closing?.cause.map { ": \(Self.text($0))" } ?? ""
    return endText + cause
  }

  var lines: [StyledLine] {
    var line = StyledLine(session: summary.session, time: summary.closed ?? summary.opened)
    line.add(endText, isAbrupt ? .notable : .dim)
    if let lasted = summary.closed?.nanoseconds(since: summary.opened), lasted > 0 {
      line.add("after \(HumaneUnits.duration(lasted))", .dim)
    }
    if exchangeCount == 0 {
      line.add("without an exchange", .dim)
      if summary.clientByteCount + summary.serverByteCount > 0 {
        line.add("\(HumaneUnits.size(summary.clientByteCount)) from the client", .dim, separator: ", ")
        line.add("\(HumaneUnits.size(summary.serverByteCount)) from the server", .dim, separator: ", ")
      }
    }
    var lines = [line]
    if let name = summary.closing?.continuedIn {
      lines.append(.remark("goes on in \(DisplayText.safe(name))", .dim))
    }
    if let cause = summary.closing?.cause { lines.append(.remark("! \(Self.text(cause))", .bad)) }
    if summary.gapByteCount > 0 { lines.append(gapRemark) }
    if summary.conflictByteCount > 0 {
      let count = HumaneUnits.count(summary.conflictByteCount)
      lines.append(.remark("! \(count) bytes came again, other than before; the first stand", .bad))
    }
    return lines
  }

  /// Of a session that another recording began, most of what is not here is there.
  private var gapRemark: StyledLine {
    let count = HumaneUnits.count(summary.gapByteCount)
    guard summary.opening.continues == nil else {
      return .remark("\(count) bytes are in earlier recordings, or missing", .dim)
    }
    return .remark("! \(count) bytes are missing from the recording", .bad)
  }

  private var isAbrupt: Bool {
    switch summary.closing?.end {
    case .reset, .open: true
    case .fin, .idle, nil: false
    }
  }

  private var endText: String {
    switch summary.closing?.end {
    case .fin, nil: "closed"
    case .reset(let party): "reset by the \(party.rawValue)"
    case .idle: "fell silent"
    case .open where summary.closing?.continuedIn != nil: "open when the recording was rotated"
    case .open: "open at the end of the recording"
    }
  }

  private static func text(_ failure: SessionFailure) -> String {
    switch failure {
    case .upstreamUnreachable(let text): "server unreachable: \(DisplayText.safe(text))"
    case .tlsFailed(let party, let text):
      "TLS failed on the \(party.rawValue)'s side: \(DisplayText.safe(text))"
    case .certificateRejected(let text): "certificate rejected: \(DisplayText.safe(text))"
    case .idleTimeout: "neither side said anything for too long"
    case .relayStopped: "the relay was stopped"
    }
  }
}
