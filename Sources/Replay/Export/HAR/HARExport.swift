public import Inspection
import JSONText
import SessionEvents

/// Writes the HTTP exchanges as an HTTP Archive (HAR 1.2), which browsers' developer tools import.
///
/// Entries stand in order of their start. A WebSocket's messages stand with the exchange that opened it, in the field
/// that Chromium writes for them.
public final class HARExport: Exporter {
  private let output: ExportOutput
  private let options: ExportOptions
  private let redaction: Redaction
  private let space: SpillSpace
  private let shelf: BodyShelf
  private let records: SortedRecords
  private var captureCount: UInt64 = 0
  /// Exchanges that opened a WebSocket, by their session.
  private var sockets: [SessionID: [HARSocket]] = [:]
  private var otherCount: UInt64 = 0

  /// Prepares to write to `output`, which is committed when the export finishes.
  public init(to output: ExportOutput, options: ExportOptions) throws(ExportError) {
    self.output = output
    self.options = options
    redaction = Redaction(isOn: options.isRedacted)
    let directory = try output.spillDirectory()
    space = SpillSpace(in: directory)
    records = SortedRecords(in: directory)
    shelf = BodyShelf(
      BodyShelf.Wish(senders: [.client, .server], byteLimit: options.bodyLimit), in: space)
  }

  public var bodies: (any BodyStore)? { shelf }

  public var remarks: [String] {
    var remarks = redaction.remarks
    if otherCount == 1 { remarks.append("1 exchange of another protocol than HTTP is not in the HAR") }
    if otherCount > 1 {
      remarks.append(
        "\(HumaneUnits.count(otherCount)) exchanges of other protocols than HTTP are not in the HAR")
    }
    return remarks
  }

  public func beginCapture(_ path: String, name: String?) {
    captureCount += 1
  }

  public func receive(_ observation: Observation, isWanted: Bool) throws(ExportError) {
    switch observation {
    case .opened:
      break
    case .exchange(let exchange, let summary):
      if isWanted { try receive(exchange, summary) }
      shelf.discard(exchange)
    case .closed(let summary):
      for socket in sockets.removeValue(forKey: summary.session) ?? [] { try end(socket) }
      shelf.discard(summary.session)
    }
    if let failure = shelf.failure ?? records.failure { throw failure }
  }

  public func finish() throws(ExportError) {
    var json = JSONWriter()
    json.object { json in
      json.field("name", "wiretape replay")
      json.field("version", options.version)
    }
    try output.write(#"{"log":{"version":"1.2","creator":"# + json.text + #","pages":[],"entries":["#)
    var separator = "\n"
    var isStart = true
    try records.readAll { piece, isLast throws(ExportError) in
      if isStart { try output.write(separator) }
      separator = ",\n"
      isStart = isLast
      try output.write(piece)
    }
    json.reset()
    json.string("HTTP in \(options.title)")
    try output.write("\n],\"comment\":" + json.text + "}}\n")
    try output.commit()
  }

  // MARK: Helpers

  private func receive(_ exchange: Exchange, _ summary: SessionSummary) throws(ExportError) {
    if case .webSocket(let message) = exchange.content, let socket = socket(of: exchange) {
      return try socket.append(message, exchange, body: shelf.take(message.sender, of: exchange), space)
    }
    guard let web = WebExchange(exchange, summary) else {
      otherCount += 1
      return
    }
    let entry = HAREntry(
      web, request: try prepared(.client, exchange, web.http.request?.body, web.http.request?.headers),
      response: try prepared(.server, exchange, web.http.response?.body, web.http.response?.headers),
      redaction: redaction)
    if web.opensWebSocket {
      let socket = HARSocket(exchange, space)
      try entry.write { socket.entry.append($0) }
      sockets[exchange.session, default: []].append(socket)
    } else {
      try entry.write { records.append($0) }
      records.end(key: Self.key(exchange))
    }
  }

  private func prepared(
    _ sender: Party, _ exchange: Exchange, _ message: HTTPBody?, _ fields: [HTTPField]?
  ) throws(ExportError) -> PreparedBody {
    try PreparedBody(
      shelf.take(sender, of: exchange), of: message ?? HTTPBody(), fields: fields ?? [],
      limit: options.bodyLimit,
      redaction: redaction, space: space)
  }

  /// The one that was opened last, which a session of HTTP/1 has at most one of.
  private func socket(of exchange: Exchange) -> HARSocket? {
    sockets[exchange.session]?.last
  }

  private func end(_ socket: HARSocket) throws(ExportError) {
    try socket.finish { records.append($0) }
    records.end(key: Self.key(socket.exchange))
  }

  private static func key(_ exchange: Exchange) -> RecordKey {
    RecordKey(
      first: exchange.start.nanoseconds, second: exchange.session.rawValue, third: UInt64(exchange.index))
  }
}

extension Redaction {
  /// What to say on standard error.
  var remarks: [String] {
    guard count > 0 else { return [] }
    let secrets = count == 1 ? "1 secret" : "\(HumaneUnits.count(UInt64(count))) secrets"
    return [
      isOn
        ? "\(secrets) (passwords, tokens, cookies) replaced by \(Self.word)"
        : "\(secrets) (passwords, tokens, cookies) written; --redact replaces them"
    ]
  }
}

extension WebExchange {
  /// Whether from here on the connection, or the HTTP/2 stream, speaks WebSocket (RFC 6455 §4, RFC 8441 §4).
  var opensWebSocket: Bool {
    guard let response = http.response, let request = http.request else { return false }
    if isHTTP2 {
      return response.status == 200 && request.headers.value(":protocol").map(Self.isWebSocket) == true
    }
    return response.status == 101 && response.headers.value("upgrade").map(Self.isWebSocket) == true
  }

  private static func isWebSocket(_ value: [UInt8]) -> Bool {
    String(decoding: value, as: UTF8.self).lowercased() == "websocket"
  }
}
