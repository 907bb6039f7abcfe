public import Inspection
import SessionEvents

/// Writes a shell script of curl commands that repeat the requests, in order of their start.
///
/// It runs in any POSIX shell, whatever the requests' bytes are. Bodies stand in it as they were sent, content coding
/// included. A request that curl cannot repeat is a comment, with the reason.
public final class CurlExport: Exporter {
  private let output: ExportOutput
  private let options: ExportOptions
  private let redaction: Redaction
  private let space: SpillSpace
  private let shelf: BodyShelf
  private let records: SortedRecords
  private var captureCount: UInt64 = 0
  private var commandCount = 0
  private var leftOutCount = 0

  /// Prepares to write to `output`, which is committed when the export finishes.
  public init(to output: ExportOutput, options: ExportOptions) throws(ExportError) {
    self.output = output
    self.options = options
    redaction = Redaction(isOn: options.isRedacted)
    let directory = try output.spillDirectory()
    space = SpillSpace(in: directory)
    records = SortedRecords(in: directory)
    shelf = BodyShelf(
      BodyShelf.Wish(senders: [.client], byteLimit: options.bodyLimit, coded: [.client]), in: space)
  }

  public var bodies: (any BodyStore)? { shelf }

  public var remarks: [String] {
    switch leftOutCount {
    case 0: return redaction.remarks
    case 1: return redaction.remarks + ["1 request cannot be repeated; a comment in the script says why"]
    default:
      let count = HumaneUnits.count(UInt64(leftOutCount))
      return redaction.remarks + ["\(count) requests cannot be repeated; comments in the script say why"]
    }
  }

  public func beginCapture(_ path: String, name: String?) {
    captureCount += 1
  }

  public func receive(_ observation: Observation, isWanted: Bool) throws(ExportError) {
    switch observation {
    case .opened:
      break
    case .exchange(let exchange, let summary):
      if isWanted, let web = WebExchange(exchange, summary) { try receive(web) }
      shelf.discard(exchange)
    case .closed(let summary):
      shelf.discard(summary.session)
    }
    if let failure = shelf.failure ?? records.failure { throw failure }
  }

  public func finish() throws(ExportError) {
    let count = HumaneUnits.count(UInt64(commandCount))
    try output.write(
      """
      #!/bin/sh
      # The HTTP requests in \(ShellText.comment(options.title)), in order of their start: \(count).
      # Made by wiretape replay \(options.version). Each command repeats one; its answer goes to standard output.

      """)
    try records.readAll { piece, isLast throws(ExportError) in try output.write(piece) }
    try output.commit()
  }

  private func receive(_ web: WebExchange) throws(ExportError) {
    guard let request = web.http.request else { return }
    let body = try PreparedBody(
      shelf.take(.client, of: web.exchange), of: request.body, fields: request.headers,
      limit: options.bodyLimit,
      redaction: redaction, space: space)
    let command = CurlCommand(web, request, body: body, redaction: redaction)
    put("\n# \(web.origin), \(web.exchange.start), \(Self.outcome(web))\n")
    for remark in command.remarks { put("# note: \(ShellText.comment(remark))\n") }
    if let obstacle = command.obstacle {
      leftOutCount += 1
      let url = web.url(target: redaction.target(request.target))
      let method = DisplayText.safe(bytes: request.method)
      put("# not repeated: \(ShellText.comment("\(method) \(url)")): \(ShellText.comment(obstacle))\n")
    } else {
      commandCount += 1
      try command.write { records.append($0) }
      put("\n")
    }
    let exchange = web.exchange
    records.end(
      key: RecordKey(
        first: exchange.start.nanoseconds, second: exchange.session.rawValue, third: UInt64(exchange.index)))
  }

  private func put(_ text: String) {
    records.append(Array(text.utf8).span)
  }

  private static func outcome(_ web: WebExchange) -> String {
    guard let response = web.http.response else { return "not answered" }
    return "answered \(response.status)"
  }
}
