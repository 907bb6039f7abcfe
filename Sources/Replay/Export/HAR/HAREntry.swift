import Inspection
import JSONText
import SessionEvents

/// One entry of a HAR.
struct HAREntry {
  private let web: WebExchange
  private let request: PreparedBody
  private let response: PreparedBody
  private let redaction: Redaction
  private let target: [UInt8]

  init(_ web: WebExchange, request: PreparedBody, response: PreparedBody, redaction: Redaction) {
    self.web = web
    self.request = request
    self.response = response
    self.redaction = redaction
    target = redaction.target(web.http.request?.target ?? [])
  }

  private var http: HTTPExchange { web.http }

  /// Hands over the entry's JSON, in pieces.
  func write(_ write: (Span<UInt8>) -> Void) throws(ExportError) {
    var json = JSONWriter()
    var failure: ExportError?
    json.object { json in
      json.field("startedDateTime", Self.time(web.exchange.start))
      let timings = HARTimings(web)
      json.field("time") { $0.milliseconds(timings.total) }
      json.field("request") { $0.object { writeRequest(&$0, &failure, write) } }
      json.field("response") { $0.object { writeResponse(&$0, &failure, write) } }
      json.field("cache") { $0.object { _ in } }
      json.field("timings") { timings.write(&$0) }
      json.field("serverIPAddress", "\(web.summary.opening.originalDestination.address)")
      json.field("connection", "\(web.exchange.session)")
      json.field("comment", comment)
      json.field("_resourceType", resourceType)
    }
    if let failure { throw failure }
    write(json.take().span)
  }

  // MARK: Request

  private func writeRequest(
    _ json: inout JSONWriter, _ failure: inout ExportError?, _ write: (Span<UInt8>) -> Void
  ) {
    let fields = redaction.fields(http.request?.headers ?? [])
    json.field("method", bytes: http.request?.method ?? [])
    json.field("url", web.url(target: target))
    json.field("httpVersion", Self.version(http.request?.version ?? http.response?.version))
    json.field("cookies") { json in
      json.array { json in
        for field in fields where field.isNamed("cookie") {
          for cookie in NamedValues.cookies(field.value) { json.pair(cookie) }
        }
      }
    }
    json.fields(fields)
    json.field("queryString") { json in
      json.array { json in
        for parameter in NamedValues.parameters(NamedValues.query(target) ?? []) { json.pair(parameter) }
      }
    }
    if http.request?.body.byteCount ?? 0 > 0 {
      json.field("postData") { $0.object { writePostData(&$0, fields, &failure, write) } }
    }
    json.field("headersSize", http.request.map { headSize(requestLine($0), $0.headers) } ?? -1)
    json.field("bodySize", http.request.map { Int64(clamping: $0.body.byteCount) } ?? -1)
  }

  private func writePostData(
    _ json: inout JSONWriter, _ fields: [HTTPField], _ failure: inout ExportError?,
    _ write: (Span<UInt8>) -> Void
  ) {
    let type = fields.value("content-type") ?? []
    json.field("mimeType", bytes: type)
    json.field("params") { json in
      json.array { json in
        do throws(ExportError) {
          try HARForm(request, type: fields.mediaType, form: http.request?.body.form, redaction).write(&json)
        } catch {
          failure = error
        }
      }
    }
    var remarks = request.remarks
    if let bytes = request.bytes {
      let isText = request.check.isWholeUTF8
      if !isText {
        // HAR 1.2 has no place for it; that of a response's content says the same.
        json.field("_encoding", "base64")
      }
      writeString("text", bytes, isBase64: !isText, &json, &failure, write)
    } else {
      json.field("text", "")
    }
    if let coding = fields.value("content-encoding"), http.request?.body.decodedByteCount != nil {
      remarks.append("content coding \(DisplayText.safe(bytes: coding)) removed")
    }
    if !remarks.isEmpty { json.field("comment", remarks.joined(separator: "; ")) }
  }

  // MARK: Response

  private func writeResponse(
    _ json: inout JSONWriter, _ failure: inout ExportError?, _ write: (Span<UInt8>) -> Void
  ) {
    let fields = redaction.fields(http.response?.headers ?? [])
    json.field("status", http.response?.status ?? 0)
    json.field("statusText", bytes: http.response?.reason ?? [])
    json.field("httpVersion", Self.version(http.response?.version ?? http.request?.version))
    json.field("cookies") { json in
      json.array { json in
        for field in fields where field.isNamed("set-cookie") {
          if let cookie = SetCookie(field.value) { json.setCookie(cookie) }
        }
      }
    }
    json.fields(fields)
    json.field("content") { $0.object { writeContent(&$0, fields, &failure, write) } }
    json.field("redirectURL", bytes: redirect(fields))
    let headSize = http.response.map { self.headSize(statusLine($0), $0.headers) } ?? -1
    let bodySize = http.response.map { Int64(clamping: $0.body.byteCount) } ?? -1
    json.field("headersSize", headSize)
    json.field("bodySize", bodySize)
    // What Chromium calls the bytes on the wire.
    if headSize >= 0, bodySize >= 0 { json.field("_transferSize", headSize + bodySize) }
    if http.response == nil { json.field("_error", "the capture has no response") }
  }

  private func writeContent(
    _ json: inout JSONWriter, _ fields: [HTTPField], _ failure: inout ExportError?,
    _ write: (Span<UInt8>) -> Void
  ) {
    let body = http.response?.body ?? HTTPBody()
    json.field("size", body.decodedByteCount ?? body.byteCount)
    if let decoded = body.decodedByteCount, decoded != body.byteCount {
      json.field("compression", Int64(clamping: decoded) - Int64(clamping: body.byteCount))
    }
    json.field("mimeType", bytes: fields.value("content-type") ?? Array("x-unknown".utf8))
    if let bytes = response.bytes, bytes.count > 0 {
      let isText = response.check.isWholeUTF8
      if !isText { json.field("encoding", "base64") }
      writeString("text", bytes, isBase64: !isText, &json, &failure, write)
    }
    if !response.remarks.isEmpty { json.field("comment", response.remarks.joined(separator: "; ")) }
  }

  private func redirect(_ fields: [HTTPField]) -> [UInt8] {
    guard let status = http.response?.status, (300...399).contains(status) else { return [] }
    return fields.value("location") ?? []
  }

  // MARK: Helpers

  private func writeString(
    _ name: String, _ bytes: SpilledBytes, isBase64: Bool, _ json: inout JSONWriter,
    _ failure: inout ExportError?, _ write: (Span<UInt8>) -> Void
  ) {
    json.field(name) { json in
      json.beginString()
      write(json.take().span)
      do throws(ExportError) {
        try bytes.writeText(isBase64: isBase64, write)
      } catch {
        failure = error
      }
      json.endString()
    }
  }

  /// Of a head as HTTP/1 writes it, to the empty line; -1 where another form was on the wire.
  private func headSize(_ startLine: Int, _ fields: [HTTPField]) -> Int64 {
    guard !web.isHTTP2 else { return -1 }
    return Int64(fields.reduce(startLine + 4) { $0 + $1.name.count + $1.value.count + 4 })
  }

  private func requestLine(_ request: HTTPRequest) -> Int {
    request.method.count + request.target.count + request.version.utf8.count + 7
  }

  private func statusLine(_ response: HTTPResponse) -> Int {
    response.version.utf8.count + response.reason.count + 10
  }

  private var comment: String {
    var remarks = [web.origin]
    if let packet = web.exchange.packet { remarks.append("packet \(packet)") }
    if http.request == nil { remarks.append("the capture lacks the request") }
    if http.request?.isComplete == false { remarks.append("the request is incomplete") }
    if http.response?.isComplete == false { remarks.append("the response is incomplete") }
    for interim in http.interim { remarks.append("after \(interim.status)") }
    for finding in web.exchange.findings {
      remarks.append("\(finding.code): \(DisplayText.safe(finding.detail))")
    }
    return remarks.joined(separator: "; ")
  }

  /// The kinds that Chromium filters by, as far as a content type tells them.
  private var resourceType: String {
    if web.opensWebSocket { return "websocket" }
    let type = http.response?.headers.mediaType ?? ""
    if type.hasPrefix("image/") { return "image" }
    if type.hasPrefix("font/") || type.hasPrefix("application/font") { return "font" }
    if type.hasPrefix("audio/") || type.hasPrefix("video/") { return "media" }
    if type.hasSuffix("javascript") { return "script" }
    switch type {
    case "text/html", "application/xhtml+xml": return "document"
    case "text/css": return "stylesheet"
    case "text/event-stream": return "eventsource"
    case "application/manifest+json": return "manifest"
    case _ where type.hasSuffix("json"): return "fetch"
    default: return "other"
    }
  }

  private static func version(_ version: String?) -> String {
    guard let version else { return "unknown" }
    return version == "2" ? "h2" : "HTTP/\(version)"
  }

  /// RFC 3339 with microseconds, for readers that take no more digits.
  private static func time(_ time: Timestamp) -> String {
    "\(time)".dropLast(4) + "Z"
  }
}
