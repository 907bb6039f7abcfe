public import Inspection
import SessionEvents

/// Writes a report for a ticket or a pull request: a summary, what is wrong, then every session with its exchanges.
///
/// It is GitHub's Markdown without HTML. Whatever the capture holds stands in code, and cannot break out of it. Text
/// bodies are shown up to a limit.
public final class MarkdownExport: Exporter {
  private let output: ExportOutput
  private let options: ExportOptions
  private let redaction: Redaction
  private let space: SpillSpace
  private let shelf: BodyShelf
  private let findings: SortedRecords
  private let details: SortedRecords
  private var summary = MarkdownSummary()
  private var captureCount: Int64 = 0
  private var captureName: String?

  /// Prepares to write to `output`, which is committed when the export finishes.
  public init(to output: ExportOutput, options: ExportOptions) throws(ExportError) {
    self.output = output
    self.options = options
    redaction = Redaction(isOn: options.isRedacted)
    let directory = try output.spillDirectory()
    space = SpillSpace(in: directory)
    findings = SortedRecords(in: directory)
    details = SortedRecords(in: directory)
    shelf = BodyShelf(BodyShelf.Wish(senders: [.client, .server], byteLimit: nil), in: space)
  }

  public var bodies: (any BodyStore)? { shelf }

  public var remarks: [String] { redaction.remarks }

  public func beginCapture(_ path: String, name: String?) {
    captureCount += 1
    captureName = name
  }

  public func receive(_ observation: Observation, isWanted: Bool) throws(ExportError) {
    switch observation {
    case .opened:
      break
    case .exchange(let exchange, let session):
      if isWanted { try receive(exchange, session) }
      shelf.discard(exchange)
    case .closed(let session):
      if isWanted { receive(session) }
      shelf.discard(session.session)
    }
    if let failure = shelf.failure ?? details.failure ?? findings.failure { throw failure }
  }

  public func finish() throws(ExportError) {
    try output.write("# Traffic of \(MarkdownText.code(options.title))\n\n")
    try output.write(summary.text)
    if summary.findingCount > 0 {
      try output.write("## Findings\n\n| session | finding | where | what |\n| --- | --- | --- | --- |\n")
      try findings.readAll { piece, isLast throws(ExportError) in try output.write(piece) }
      try output.write("\n")
    }
    try details.readAll { piece, isLast throws(ExportError) in try output.write(piece) }
    try output.write("Made by wiretape replay \(options.version).\n")
    try output.commit()
  }

  // MARK: Helpers

  private func receive(_ exchange: Exchange, _ session: SessionSummary) throws(ExportError) {
    summary.add(exchange, session)
    for finding in exchange.findings { note(finding, exchange) }
    if let web = WebExchange(exchange, session) {
      let request = try prepared(.client, exchange, web.http.request?.body, web.http.request?.headers)
      let response = try prepared(.server, exchange, web.http.response?.body, web.http.response?.headers)
      let text = MarkdownExchange(web, redaction: redaction, bodyLimit: options.bodyLimit ?? .max)
      put(try text.text(request: request, response: response))
    } else {
      put(MarkdownLine(redaction.exchange(exchange), session).text)
    }
    details.end(key: key(exchange.session, UInt64(exchange.index) + 1))
  }

  private func receive(_ session: SessionSummary) {
    summary.add(session)
    put(MarkdownSession(session, capture: captureName).text)
    details.end(key: key(session.session, 0))
  }

  private func note(_ finding: Finding, _ exchange: Exchange) {
    let place = finding.direction.map { "\($0.sender.rawValue)'s byte \(finding.offset)" } ?? "–"
    let code = MarkdownText.code(finding.code, inTable: true)
    let detail = MarkdownText.code(finding.detail, inTable: true)
    findings.append(Array("| \(exchange.session) | \(code) | \(place) | \(detail) |\n".utf8).span)
    findings.end(key: key(exchange.session, UInt64(exchange.index)))
  }

  private func put(_ text: String) {
    details.append(Array(text.utf8).span)
  }

  private func prepared(
    _ sender: Party, _ exchange: Exchange, _ message: HTTPBody?, _ fields: [HTTPField]?
  ) throws(ExportError) -> PreparedBody {
    try PreparedBody(
      shelf.take(sender, of: exchange), of: message ?? HTTPBody(), fields: fields ?? [], limit: nil,
      redaction: redaction, space: space)
  }

  /// Captures in their order, in each the sessions by number.
  private func key(_ session: SessionID, _ position: UInt64) -> RecordKey {
    RecordKey(first: captureCount, second: session.rawValue, third: position)
  }
}
