import Inspection
import SessionEvents

/// The section of a session: who talked to whom, and how it ended.
struct MarkdownSession {
  private let session: SessionSummary
  private let capture: String?

  init(_ session: SessionSummary, capture: String?) {
    self.session = session
    self.capture = capture
  }

  var text: String {
    let facts = SessionFacts(session)
    var text =
      "## Session \(session.session): \(facts.title.map { MarkdownText.code($0) }.joined(separator: " → "))\n\n"
    if let capture { text += "- capture: \(MarkdownText.code(capture))\n" }
    for fact in facts.all { text += "- \(fact.name): \(MarkdownText.code(fact.value))\n" }
    return text + "\n"
  }
}

/// One exchange of another protocol than HTTP, in one line, as `replay show` has it.
struct MarkdownLine {
  private let lines: [StyledLine]

  init(_ exchange: Exchange, _ session: SessionSummary) {
    lines = ExchangeLines(exchange, session).lines
  }

  var text: String {
    guard let line = lines.first else { return "" }
    var output: [UInt8] = []
    line.write(width: .max, color: false, into: &output)
    // The session's number is in the heading.
    let rest = output.drop { $0 != 0x20 }.drop { $0 == 0x20 }.dropLast()
    return "- \(MarkdownText.code(String(decoding: rest, as: UTF8.self)))\n\n"
  }
}
