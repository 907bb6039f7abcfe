import Inspection
import SessionEvents

/// The curl command that repeats one request, byte for byte where curl can.
struct CurlCommand {
  /// The longest body that stands in an argument; Linux takes 131,072 bytes of one at most.
  private static let argumentLimit = 65_536

  private let web: WebExchange
  private let request: HTTPRequest
  private let headers: [HTTPField]
  private let target: [UInt8]
  private let body: PreparedBody
  /// The words of the command line, an option and its value in one line.
  private var lines: [[UInt8]] = []
  /// Why the request cannot be repeated; nil where it can.
  private(set) var obstacle: String?
  /// What is different from the request.
  private(set) var remarks: [String] = []

  init(_ web: WebExchange, _ request: HTTPRequest, body: PreparedBody, redaction: Redaction) {
    self.web = web
    self.request = request
    self.body = body
    headers = redaction.fields(request.headers)
    target = redaction.target(request.target)
    obstacle = findObstacle()
    guard obstacle == nil else { return }
    addVersion()
    addMethod()
    addURL()
    addHeaders()
  }

  /// Hands over the command, without a line end.
  func write(_ write: (Span<UInt8>) -> Void) throws(ExportError) {
    func put(_ bytes: [UInt8]) { write(bytes.span) }
    let form = try bodyForm()
    if case .piped(let bytes) = form {
      put(Array("{\n".utf8))
      try bytes.forEachPiece { piece throws(ExportError) in
        for start in stride(from: 0, to: piece.count, by: 1_024) {
          let part = piece.extracting(start..<min(piece.count, start + 1_024))
          put(Array("printf '".utf8) + ShellText.format(part) + Array("'\n".utf8))
        }
      }
      put(Array("} | ".utf8))
    }
    let data: [[UInt8]]
    switch form {
    case .none: data = []
    case .argument(let bytes): data = [Array("--data-raw ".utf8) + ShellText.word(bytes)]
    case .piped: data = [Array("--data-binary @-".utf8)]
    }
    let words = [Array("curl".utf8)] + lines + data + [ShellText.word(url)]
    put(Array(words.joined(separator: Array(" \\\n  ".utf8))))
  }

  private enum BodyForm {
    case none
    case argument([UInt8])
    case piped(SpilledBytes)
  }

  private func bodyForm() throws(ExportError) -> BodyForm {
    guard hasBody else { return .none }
    guard let bytes = body.bytes else { return .argument([]) }
    let text = try bytes.collected(limit: Self.argumentLimit)
    if let text, body.check.isText { return .argument(text) }
    return .piped(bytes)
  }

  /// A length of zero has to be said by curl, too.
  private var hasBody: Bool {
    request.body.byteCount > 0 || headers.contains { $0.isNamed("content-length") || isChunked($0) }
  }

  private func isChunked(_ field: HTTPField) -> Bool {
    field.isNamed("transfer-encoding") && !web.isHTTP2
  }

  // MARK: Obstacles

  private func findObstacle() -> String? {
    let method = request.method
    if method == Array("CONNECT".utf8) { return "it opens a tunnel" }
    if web.opensWebSocket { return "it opens a WebSocket" }
    if method.isEmpty || !method.allSatisfy(Self.isToken) { return "its method is no token" }
    if target.contains(where: { $0 == 0 || $0 == 0x0a || $0 == 0x0d }) {
      return "its target has control characters"
    }
    if !request.isComplete { return "it is incomplete in the capture" }
    if request.body.byteCount > 0, body.bytes == nil {
      return body.remarks.first.map { "of its body, \($0)" } ?? "its body is not there"
    }
    for field in headers {
      let name = DisplayText.safe(bytes: field.name)
      if field.name.isEmpty || !field.name.allSatisfy(Self.isToken), field.name.first != UInt8(ascii: ":") {
        return "its header field '\(name)' has no proper name"
      }
      if field.value.contains(where: { $0 == 0 || $0 == 0x0a || $0 == 0x0d }) {
        return "its header field '\(name)' has control characters"
      }
    }
    return nil
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  // MARK: Parts of the command line

  private mutating func addVersion() {
    switch (request.version, web.scheme) {
    case ("2", "https"): add("--http2")
    case ("2", _): add("--http2-prior-knowledge")
    case ("1.0", _): add("--http1.0")
    default: add("--http1.1")
    }
  }

  private mutating func addMethod() {
    let method = request.method
    if method == Array("HEAD".utf8), !hasBody { return add("--head") }
    // What curl does by itself needs no saying.
    if method == Array((hasBody ? "POST" : "GET").utf8) { return }
    add("--request", method)
    if method == Array("HEAD".utf8) {
      remarks.append("a HEAD with a body: curl waits for that of the response")
    }
  }

  /// Where the request goes: the host that it names, and the port that it went to.
  private var url: [UInt8] {
    let host = HostAndPort(web.authority)
    let port = web.summary.opening.originalDestination.port
    var authority = host.host
    if authority.contains(UInt8(ascii: ":")) {
      authority = [UInt8(ascii: "[")] + authority + [UInt8(ascii: "]")]
    }
    if isProxied || authority.isEmpty || !authority.allSatisfy(Self.isHostByte) {
      let destination = web.summary.opening.originalDestination
      authority = Array(
        (destination.address.isIPv4 ? "\(destination.address)" : "[\(destination.address)]").utf8)
    }
    if !web.isDefaultPort { authority += Array(":\(port)".utf8) }
    return Array("\(web.scheme)://".utf8) + authority + (isPlainTarget ? target : Array("/".utf8))
  }

  /// A target in absolute form is said to a proxy.
  private var isProxied: Bool { target.first != UInt8(ascii: "/") && target != Array("*".utf8) }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "-._:[]".utf8.contains(byte)
    }
  }

  /// Whether curl sends the target as it stands in a URL.
  private var isPlainTarget: Bool {
    target.first == UInt8(ascii: "/")
      && target.allSatisfy { byte in
        byte > 0x20 && byte < 0x7f && !"#\\^`{|}\"<>".utf8.contains(byte)
      }
  }

  private mutating func addURL() {
    add("--globoff")
    add("--path-as-is")
    if !isPlainTarget { add("--request-target", target) }
    if web.isHTTP2, !isPlainTarget { remarks.append("the target may be sent another way") }
  }

  private mutating func addHeaders() {
    if !web.isHTTP2, headers.value("host") == nil { add("--header", Array("Host:".utf8)) }
    if web.isHTTP2, let authority = request.authority {
      add("--header", Array("Host: ".utf8) + authority)
    }
    for field in headers where !isMadeByCurl(field) {
      add("--header", field.name + (field.value.isEmpty ? Array(";".utf8) : Array(": ".utf8) + field.value))
    }
    // What curl would add by itself.
    for name in ["User-Agent", "Accept"] + (hasBody ? ["Content-Type", "Expect"] : [])
    where headers.value(name.lowercased()) == nil {
      add("--header", Array("\(name):".utf8))
    }
    if !request.trailers.isEmpty { remarks.append("its trailers are left out") }
  }

  /// Whether curl writes the same field from what else it is told.
  private func isMadeByCurl(_ field: HTTPField) -> Bool {
    if field.name.first == UInt8(ascii: ":") { return true }
    if web.isHTTP2, field.isNamed("host") { return request.authority != nil }
    return field.isNamed("content-length")
  }

  private mutating func add(_ option: String, _ value: [UInt8]? = nil) {
    let words = Array(option.utf8) + (value.map { [0x20] + ShellText.word($0) } ?? [])
    lines.append(words)
  }
}
