import Inspection
import SessionEvents

/// One HTTP exchange: a heading, and both messages as they would stand on the wire in HTTP/1.
struct MarkdownExchange {
  private let web: WebExchange
  private let redaction: Redaction
  private let bodyLimit: Int
  private let target: [UInt8]

  init(_ web: WebExchange, redaction: Redaction, bodyLimit: Int) {
    self.web = web
    self.redaction = redaction
    self.bodyLimit = bodyLimit
    target = redaction.target(web.http.request?.target ?? [])
  }

  func text(request: PreparedBody, response: PreparedBody) throws(ExportError) -> String {
    var text = "### \(heading)\n\n\(summary)\n\n"
    if let message = web.http.request {
      let line =
        "\(MarkdownText.printable(message.method)) \(MarkdownText.printable(target)) \(Self.version(message.version))"
      text +=
        MarkdownText.block([line] + Self.lines(redaction.fields(message.headers)), language: "http") + "\n"
      text += try body(request, of: "request", message.headers)
    }
    if let message = web.http.response {
      let reason = message.reason.isEmpty ? "" : " \(MarkdownText.printable(message.reason))"
      let line = "\(Self.version(message.version)) \(message.status)\(reason)"
      text +=
        MarkdownText.block([line] + Self.lines(redaction.fields(message.headers)), language: "http") + "\n"
      text += try body(response, of: "response", message.headers)
    }
    for finding in web.exchange.findings {
      text += "- finding \(MarkdownText.code(finding.code)): \(MarkdownText.code(finding.detail))\n"
    }
    return web.exchange.findings.isEmpty ? text : text + "\n"
  }

  private var heading: String {
    let method = web.http.request.map { MarkdownText.printable($0.method) } ?? "?"
    let status = web.http.response.map { "\($0.status)" } ?? "no response"
    return "\(MarkdownText.code("\(method) \(web.url(target: target))")) → \(status)"
  }

  private var summary: String {
    let exchange = web.exchange
    let duration = HumaneUnits.duration(exchange.end.nanoseconds(since: exchange.start))
    var parts = [CivilTime(exchange.start).timeText, duration]
    if let request = web.http.request, request.body.byteCount > 0 {
      parts.append("sent \(Self.size(request.body))")
    }
    if let response = web.http.response { parts.append("received \(Self.size(response.body))") }
    if web.http.request == nil { parts.append("request not in the capture") }
    if web.http.request?.isComplete == false { parts.append("request incomplete") }
    if web.http.response?.isComplete == false { parts.append("response incomplete") }
    if let packet = exchange.packet { parts.append("packet \(packet)") }
    return parts.joined(separator: ", ")
  }

  private func body(
    _ body: PreparedBody, of message: String, _ fields: [HTTPField]
  ) throws(ExportError) -> String {
    var remarks = body.remarks
    var text = ""
    if let bytes = body.bytes, bytes.count > 0 {
      if body.check.isText {
        let shown = try bytes.prefix(bodyLimit)
        text = MarkdownText.block(MarkdownText.lines(shown), language: Self.language(fields)) + "\n"
        let left = bytes.count - shown.count
        if left > 0 { remarks.append("\(HumaneUnits.count(UInt64(left))) more bytes") }
      } else {
        remarks.append("\(HumaneUnits.size(UInt64(bytes.count))) that are no text")
      }
    }
    guard !remarks.isEmpty else { return text }
    return text
      + "Body of the \(message): \(remarks.map { MarkdownText.plain($0) }.joined(separator: "; ")).\n\n"
  }

  private static func lines(_ fields: [HTTPField]) -> [String] {
    fields.map { "\(MarkdownText.printable($0.name)): \(MarkdownText.printable($0.value))" }
  }

  private static func size(_ body: HTTPBody) -> String {
    let size = HumaneUnits.size(body.byteCount)
    guard let decoded = body.decodedByteCount, decoded != body.byteCount else { return size }
    return "\(size) (\(HumaneUnits.size(decoded)) decoded)"
  }

  private static func version(_ version: String) -> String { "HTTP/\(version)" }

  private static func language(_ fields: [HTTPField]) -> String {
    let type = fields.mediaType ?? ""
    if type.hasSuffix("json") { return "json" }
    if type.hasSuffix("javascript") { return "js" }
    if type.hasSuffix("xml") { return "xml" }
    switch type {
    case "text/html": return "html"
    case "text/css": return "css"
    default: return ""
    }
  }
}

extension CivilTime {
  /// `09:04:43.136`.
  fileprivate var timeText: String {
    let milliseconds = String(nanosecond / 1_000_000)
    return "\(timeOfDay).\(String(repeating: "0", count: 3 - milliseconds.utf8.count))\(milliseconds)"
  }
}

extension SpilledBytes {
  /// The first bytes, cut between characters of UTF-8.
  fileprivate func prefix(_ limit: Int) throws(ExportError) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPiece { piece throws(ExportError) in
      if bytes.count < limit { bytes.append(piece.extracting(0..<min(piece.count, limit - bytes.count))) }
    }
    guard bytes.count < count else { return bytes }
    // A character cut in two has its first byte among the last three.
    for back in 1...3 where bytes.count >= back {
      let byte = bytes[bytes.count - back]
      if byte & 0xc0 == 0x80 { continue }
      let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      if length > back { bytes.removeLast(back) }
      break
    }
    return bytes
  }
}
