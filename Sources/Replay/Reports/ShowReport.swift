public import Inspection
import SessionEvents

/// What was said, for people: a header for each session, then a line for each exchange as it finishes.
///
/// A session's header comes with its first exchange, when its host and TLS facts are known, or when it closes
/// without one. Every line begins with the session's number, because sessions interleave. Holds a few words of state
/// per open session.
public struct ShowReport: ObservationReport {
  /// Where the text begins that follows session number and time.
  static let indent = 19

  private struct Shown {
    var header = false
    var tls = false
    var bypass = false
    var exchangeCount = 0
    /// A ClientHello is shown only if the session turns out not to be decrypted.
    var heldHello: Exchange?
  }

  private let options: ShowOptions
  private let file: String?
  private var hasBegun = false
  private var sessions: [SessionID: Shown] = [:]
  /// The day of the last date line, as its digits compare.
  private var date = ""

  /// Begins; `file` is which capture this is about, where several are shown.
  public init(options: ShowOptions = ShowOptions(), file: String? = nil) {
    self.options = options
    self.file = file
  }

  public mutating func receive(_ observation: Observation, into output: inout [UInt8]) {
    switch observation {
    case .opened(let summary):
      sessions[summary.session] = Shown()
    case .exchange(let exchange, let summary):
      var shown = sessions[summary.session] ?? Shown()
      show(exchange, summary, &shown, into: &output)
      sessions[summary.session] = shown
    case .closed(let summary):
      var shown = sessions.removeValue(forKey: summary.session) ?? Shown()
      showEnd(summary, &shown, into: &output)
    }
  }

  private mutating func show(
    _ exchange: Exchange, _ summary: SessionSummary, _ shown: inout Shown, into output: inout [UInt8]
  ) {
    if case .tlsHello = exchange.content, exchange.findings.isEmpty, shown.heldHello == nil {
      shown.heldHello = exchange
      return
    }
    showFacts(summary, &shown, into: &output)
    releaseHello(summary, &shown, into: &output)
    shown.exchangeCount += 1
    write(exchange, summary, into: &output)
  }

  private mutating func releaseHello(
    _ summary: SessionSummary, _ shown: inout Shown, into output: inout [UInt8]
  ) {
    guard let hello = shown.heldHello else { return }
    shown.heldHello = nil
    guard summary.clientTLS == nil, summary.serverTLS == nil else { return }
    shown.exchangeCount += 1
    write(hello, summary, into: &output)
  }

  private mutating func showEnd(_ summary: SessionSummary, _ shown: inout Shown, into output: inout [UInt8]) {
    if shown.heldHello != nil {
      showFacts(summary, &shown, into: &output)
      releaseHello(summary, &shown, into: &output)
    }
    let ending = SessionEnding(summary, exchangeCount: shown.exchangeCount)
    guard ending.isNotable else { return }
    showFacts(summary, &shown, into: &output)
    for line in ending.lines { write(line, into: &output) }
  }

  /// The session's header, and what became known of the session since.
  private mutating func showFacts(_ summary: SessionSummary, _ shown: inout Shown, into output: inout [UInt8])
  {
    let header = SessionHeader(summary)
    if !shown.header {
      shown.header = true
      showFile(into: &output)
      showDate(of: summary.opened, into: &output)
      write(header.line, into: &output)
      if let line = header.continuationLine { write(line, into: &output) }
    }
    if !shown.tls, summary.clientTLS != nil || summary.serverTLS != nil {
      shown.tls = true
      for line in header.tlsLines { write(line, into: &output) }
    }
    if !shown.bypass, let line = header.bypassLine {
      shown.bypass = true
      write(line, into: &output)
    }
  }

  private mutating func showFile(into output: inout [UInt8]) {
    if !hasBegun, let file { FileLine(file).write(options, into: &output) }
    hasBegun = true
  }

  /// Times of day mean little without their day: it is told whenever a later one begins.
  private mutating func showDate(of time: Timestamp, into output: inout [UInt8]) {
    let opened = CivilTime(time).date
    guard opened > date else { return }
    date = opened
    var line = StyledLine(indent: 0)
    line.add("\(opened) UTC", .dim)
    write(line, into: &output)
  }

  private func write(_ exchange: Exchange, _ summary: SessionSummary, into output: inout [UInt8]) {
    for line in ExchangeLines(exchange, summary).lines { write(line, into: &output) }
  }

  private func write(_ line: StyledLine, into output: inout [UInt8]) {
    line.write(width: options.width, color: options.color, into: &output)
  }
}

extension StyledLine {
  /// A line that begins with a session's number and a time.
  init(session: SessionID, time: Timestamp) {
    self.init(indent: ShowReport.indent)
    let civil = CivilTime(time)
    let milliseconds = String(civil.nanosecond / 1_000_000)
    let fraction = String(repeating: "0", count: 3 - milliseconds.utf8.count) + milliseconds
    add("#\(session)", .dim, width: 4)
    add("\(civil.timeOfDay).\(fraction)", .dim)
    add("", separator: " ")
  }

  /// A line that belongs to the one above it, wrapped between words.
  static func remark(_ text: String, _ style: Style = .plain) -> StyledLine {
    var line = StyledLine(indent: ShowReport.indent)
    line.add(String(repeating: " ", count: ShowReport.indent))
    for (index, word) in text.split(separator: " ").enumerated() {
      line.add(String(word), style, separator: index == 0 ? "" : " ")
    }
    return line
  }
}
