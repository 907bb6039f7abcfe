import Inspection
import SessionEvents

/// One HTTP exchange as exports tell it, whatever the version.
struct WebExchange {
  let exchange: Exchange
  let summary: SessionSummary
  let http: HTTPExchange
  let isHTTP2: Bool

  /// Nil for what is no HTTP exchange, or is HTTP/2's connection itself.
  init?(_ exchange: Exchange, _ summary: SessionSummary) {
    switch exchange.content {
    case .http1(let http):
      self.http = http
      isHTTP2 = false
    case .http2(_, stream: 0):
      return nil
    case .http2(let http, stream: _):
      self.http = http
      isHTTP2 = true
    case .webSocket, .serverSentEvent, .dns, .tlsHello, .tlsServerHello, .command, .opaque:
      return nil
    }
    self.exchange = exchange
    self.summary = summary
  }

  var scheme: String { http.request?.scheme ?? (summary.serverTLS == nil ? "http" : "https") }

  /// As the client named it, else as the session knows it.
  var authority: [UInt8] {
    if let authority = http.request?.authority, !authority.isEmpty { return authority }
    return Array(defaultAuthority.utf8)
  }

  /// Host and port that the session leads to; the port only where it is not the scheme's own.
  var defaultAuthority: String {
    let destination = summary.opening.originalDestination
    var host = summary.host.name
    if summary.host.source == .address, !destination.address.isIPv4 { host = "[\(host)]" }
    return isDefaultPort ? host : "\(host):\(destination.port)"
  }

  /// Whether the session's port is the scheme's own.
  var isDefaultPort: Bool {
    summary.opening.originalDestination.port == (scheme == "https" ? 443 : 80)
  }

  /// The absolute URL, in which nothing stands but printable ASCII (RFC 3986 §2).
  func url(target: [UInt8]) -> String {
    let isAbsolute = target.first.map { $0 != UInt8(ascii: "/") } == true && Self.hasScheme(target)
    if isAbsolute { return PercentCoding.printable(target) }
    var text = "\(scheme)://\(PercentCoding.printable(authority))"
    // CONNECT's target is the authority itself, that of OPTIONS may be "*" (RFC 9112 §3.2).
    let isAuthority = target == http.request?.authority || target.isEmpty
    if isAuthority { return text + "/" }
    if target.first != UInt8(ascii: "/") { text += "/" }
    return text + PercentCoding.printable(target)
  }

  /// What led to this exchange's session, for a comment: `session 2, curl[4711]`.
  var origin: String {
    let process = summary.opening.process.map { ", \($0.label)" } ?? ""
    return "session \(exchange.session)\(process)"
  }

  private static func hasScheme(_ target: [UInt8]) -> Bool {
    guard let colon = target.firstIndex(of: UInt8(ascii: ":")) else { return false }
    return target[colon...].starts(with: "://".utf8)
  }
}

extension [HTTPField] {
  /// The first value of this name, given in lower case.
  func value(_ lowercaseName: String) -> [UInt8]? {
    first { $0.isNamed(lowercaseName) }?.value
  }

  /// `text/html` in lower case, without parameters; nil where there is no Content-Type.
  var mediaType: String? {
    guard let value = value("content-type") else { return nil }
    let essence = MediaType(value).essence
    return essence.isEmpty ? nil : String(decoding: essence, as: UTF8.self).lowercased()
  }
}
