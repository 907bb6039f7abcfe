import SessionEvents

/// An HTTP/1 exchange that has begun.
final class HTTP1Pending {
  let index: Int
  let start: Sighting
  private let limits: InspectionLimits
  private var end: Sighting
  private var exchange = HTTPExchange(request: nil, response: nil)
  /// What the bodies say, and where the request began.
  private var asked: BodyContent?
  private var answered: BodyContent?
  private var requestOffset: UInt64 = 0
  private var findings: FindingList
  /// As far as the request line is read; empty where there is no request.
  var method: [UInt8] = []
  /// Whether nothing more of the request will come.
  var isAsked = false
  /// Whether its response came while no request waited for one.
  var wasUnasked = false
  /// Whether nothing more of the response will come.
  var isAnswered = false
  /// Whether the response may lie in a gap.
  var mayHaveLostResponse = false

  init(index: Int, start: Sighting, limits: InspectionLimits) {
    self.index = index
    self.start = start
    self.limits = limits
    end = start
    findings = FindingList(limit: limits.findingCount)
  }

  /// Whether the request has an Upgrade field (RFC 9110 §7.8).
  var asksForUpgrade = false

  var isConnect: Bool { method == HTTP1Pending.connect }
  var isHead: Bool { method == HTTP1Pending.head }

  private static let connect = Array("CONNECT".utf8)
  private static let head = Array("HEAD".utf8)

  func receiveRequest(_ message: HTTP1Message, isSecured: Bool) {
    isAsked = true
    take(message)
    exchange.requestEnd = message.last.time
    guard case .request(let method, let target, let version) = message.line else { return }
    asked = message.content
    requestOffset = message.offset
    let host = message.host ?? HTTP1FramingFields(message.fields).hosts.first
    let place = HTTP1Target(target, method: method, host: host)
    exchange.request = HTTPRequest(
      method: method, scheme: place.scheme ?? (isSecured ? "https" : "http"), authority: place.authority,
      target: target, version: version, headers: message.fields, trailers: message.trailers,
      body: message.body, isComplete: message.isComplete)
  }

  func receiveInterim(_ message: HTTP1Message) {
    take(message)
    guard let response = HTTP1Pending.response(message) else { return }
    if exchange.interim.count < limits.http1.interimCount {
      exchange.interim.append(response)
    } else if !findings.contains(HTTP1Problem.tooManyInterim.rawValue) {
      let detail = "interim responses beyond \(limits.http1.interimCount) are left out"
      findings.append(HTTP1Problem.tooManyInterim.at(0, detail, in: .serverToClient))
    }
  }

  func receiveResponse(_ message: HTTP1Message) {
    isAnswered = true
    take(message)
    exchange.responseStart = message.start.time
    answered = message.content
    exchange.response = HTTP1Pending.response(message)
  }

  /// As far as it was received in full; nil where there is none.
  var request: HTTPRequest? { exchange.request }

  func note(_ problem: HTTP1Problem, at offset: UInt64, in direction: Direction, _ detail: String) {
    findings.append(problem.at(offset, detail, in: direction))
  }

  /// The DNS exchange that it carries, if it does.
  func dnsDraft(index: @autoclosure () -> Int, seen: ByteCounts) -> ExchangeDraft? {
    guard
      let dns = DNSOverHTTP(exchange, asked: asked, answered: answered, at: requestOffset, limits: limits)
    else { return nil }
    return ExchangeDraft(
      index: index(), start: start, end: end, content: .dns(dns.exchange), findings: dns.findings, seen: seen)
  }

  func draft(seen: ByteCounts) -> ExchangeDraft {
    if let grpc = GRPCOverHTTP(exchange, asked: asked, answered: answered, at: 0) {
      exchange.grpc = grpc.call
      for finding in grpc.findings { findings.append(finding) }
    }
    return ExchangeDraft(
      index: index, start: start, end: end, content: .http1(exchange), findings: findings.all, seen: seen)
  }

  private func take(_ message: HTTP1Message) {
    if end.time < message.last.time { end = message.last }
    findings.append(message.findings)
  }

  private static func response(_ message: HTTP1Message) -> HTTPResponse? {
    guard case .status(let version, let code, let reason) = message.line else { return nil }
    return HTTPResponse(
      status: code, version: version, reason: reason, headers: message.fields, trailers: message.trailers,
      body: message.body, isComplete: message.isComplete)
  }
}

/// Where a request goes (RFC 9112 §3.2).
struct HTTP1Target {
  /// Of a target in absolute form.
  private(set) var scheme: String?
  private(set) var authority: [UInt8]?

  /// Reads the target of a request with that value of Host.
  init(_ target: [UInt8], method: [UInt8], host: [UInt8]?) {
    if method == Array("CONNECT".utf8) {
      authority = target
    } else if let (scheme, rest) = HTTP1Target.absolute(target) {
      self.scheme = String(decoding: scheme.map(lowercased), as: UTF8.self)
      authority = Array(rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") })
    } else {
      authority = host
    }
  }

  /// The scheme, and what follows `://`.
  private static func absolute(_ target: [UInt8]) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    guard let first = target.first, first != UInt8(ascii: "/"),
      let colon = target.firstIndex(of: UInt8(ascii: ":")),
      target[colon...].starts(with: Array("://".utf8)), colon > 0, target[..<colon].allSatisfy(isTokenByte)
    else { return nil }
    return (target[..<colon], target[(colon + 3)...])
  }
}
