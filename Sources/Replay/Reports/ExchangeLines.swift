import Inspection
import SessionEvents

/// One exchange for people: one line, and one for each finding.
///
///     #2   08:22:31.560  GET    200  12.3 kB  45.2 ms  https://example.com/index.html  text/html
struct ExchangeLines {
  let exchange: Exchange
  let summary: SessionSummary

  init(_ exchange: Exchange, _ summary: SessionSummary) {
    self.exchange = exchange
    self.summary = summary
  }

  var lines: [StyledLine] {
    var line = StyledLine(session: exchange.session, time: exchange.start)
    switch exchange.content {
    case .http1(let http): addHTTP(http, to: &line)
    case .http2(_, stream: 0): addConnection(to: &line)
    case .http2(let http, stream: _): addHTTP(http, to: &line)
    case .dns(let dns): DNSLine(dns, duration: duration).add(to: &line)
    case .webSocket(let message): addWebSocket(message, to: &line)
    case .serverSentEvent(let event): addServerSentEvent(event, to: &line)
    case .tlsHello(let hello): addHello(hello, to: &line)
    case .tlsServerHello(let hello): addServerHello(hello, to: &line)
    case .command(let command): addCommand(command, to: &line)
    case .opaque(let opaque): addOpaque(opaque, to: &line)
    }
    return [line] + FindingLines(findings: exchange.findings, continues: summary.opening.continues).lines
  }

  /// Empty where everything came in one packet, which took no time that can be told.
  var duration: String {
    let nanoseconds = exchange.end.nanoseconds(since: exchange.start)
    return nanoseconds > 0 ? HumaneUnits.duration(nanoseconds) : ""
  }

  private func addHTTP(_ http: HTTPExchange, to line: inout StyledLine) {
    let method = http.request.map { DisplayText.safe(bytes: $0.method) } ?? "?"
    let size = http.response.map { HumaneUnits.size($0.body.byteCount) } ?? ""
    line.addColumns(
      what: method, status: http.response.map { String($0.status) } ?? "-",
      statusStyle: Self.style(status: http.response?.status), size: size,
      duration: http.request == nil || http.response == nil ? "" : duration)
    line.add(http.request.map(Self.url) ?? "(request not recorded)")
    for interim in http.interim { line.add("after \(interim.status)", .dim, separator: "  ") }
    if let request = http.request, request.body.byteCount > 0 {
      line.add("sent \(Self.sizes(request.body))", .dim, separator: "  ")
      if let form = request.body.form, !form.parts.isEmpty {
        line.add(Self.parts(form), .dim, separator: "  ")
      }
    }
    addResponse(http, to: &line)
    if let call = http.grpc { addGRPC(call, to: &line) }
  }

  /// What is wrong with an HTTP/2 connection as a whole: the findings say it.
  private func addConnection(to line: inout StyledLine) {
    line.addColumns(what: "H2", status: "", statusStyle: .plain, size: "", duration: "")
    line.add("the connection itself", .dim)
  }

  private func addResponse(_ http: HTTPExchange, to line: inout StyledLine) {
    guard let response = http.response else {
      line.add("no response", .notable, separator: "  ")
      return
    }
    if let type = response.headers.first(where: { $0.isNamed("content-type") })?.value {
      line.add(DisplayText.safe(bytes: Array(type.prefix { $0 != UInt8(ascii: ";") })), .dim, separator: "  ")
    }
    if let decoded = response.body.decodedByteCount, decoded != response.body.byteCount {
      line.add("\(HumaneUnits.size(decoded)) decoded", .dim, separator: "  ")
    }
    if !response.isComplete || http.request?.isComplete == false {
      line.add("incomplete", .notable, separator: "  ")
    }
  }

  private func addHello(_ hello: TLSHelloFacts, to line: inout StyledLine) {
    line.addColumns(what: "TLS", status: "", statusStyle: .plain, size: "", duration: "")
    line.add("hello \(hello.serverName.map(DisplayText.safe) ?? "without a server name")")
    if !hello.alpn.isEmpty {
      line.add(
        "ALPN " + hello.alpn.map { DisplayText.safe(bytes: $0) }.joined(separator: ","), separator: "  ")
    }
    if !hello.versions.isEmpty {
      line.add(hello.versions.map(DisplayText.safe).joined(separator: ","), .dim, separator: "  ")
    }
    if let ja4 = hello.ja4 { line.add("JA4 \(DisplayText.safe(ja4))", .dim, separator: "  ") }
    line.add("not decrypted", .notable, separator: "  ")
  }

  private static func sizes(_ body: HTTPBody) -> String {
    guard let decoded = body.decodedByteCount, decoded != body.byteCount else {
      return HumaneUnits.size(body.byteCount)
    }
    return "\(HumaneUnits.size(body.byteCount)) (\(HumaneUnits.size(decoded)) decoded)"
  }

  /// `form: name, photo=me.jpg, and 3 more`.
  private static func parts(_ form: BodyForm) -> String {
    let shown = form.parts.prefix(4).map { part in
      let name = DisplayText.safe(bytes: part.name)
      return part.fileName.map { "\(name)=\(DisplayText.safe(bytes: $0))" } ?? name
    }
    let left = form.partCount - shown.count
    let more = left > 0 ? ", and \(HumaneUnits.count(UInt64(left))) more" : ""
    return "form: \(shown.joined(separator: ", "))\(more)"
  }

  /// The absolute form where there is an authority and the target is a path, else the target as sent.
  private static func url(_ request: HTTPRequest) -> String {
    let target = DisplayText.safe(bytes: request.target)
    guard let authority = request.authority, !authority.isEmpty, request.target.first == UInt8(ascii: "/")
    else { return target }
    return "\(DisplayText.safe(request.scheme))://\(DisplayText.safe(bytes: authority))\(target)"
  }

  private static func style(status: Int?) -> StyledLine.Style {
    guard let status else { return .notable }
    switch status {
    case ..<300: return .good
    case ..<400: return .plain
    case ..<500: return .notable
    default: return .bad
    }
  }
}

extension StyledLine {
  /// The columns that all exchanges share.
  mutating func addColumns(what: String, status: String, statusStyle: Style, size: String, duration: String) {
    add(what, .bold, width: 6)
    add(status, statusStyle, width: 3)
    add(size, width: 8, alignRight: true)
    add(duration, width: 8, alignRight: true)
    add("", separator: " ")
  }
}

extension HTTPField {
  /// Whether the field has this name, given in lower case (RFC 9110 §5.1: names are case-insensitive).
  func isNamed(_ lowercaseName: String) -> Bool {
    name.count == lowercaseName.utf8.count
      && zip(name, lowercaseName.utf8).allSatisfy { byte, expected in
        (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) == expected
      }
  }
}
