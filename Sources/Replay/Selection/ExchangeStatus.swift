import Inspection
import JSONText

/// How an exchange came out.
enum ExchangeStatus: Hashable {
  case answered(Answer)
  /// There was a request, query or command, and no answer to it.
  case unanswered
  /// Nothing that anybody answers: a message, an event, a hello.
  case notAwaited

  struct Answer: Hashable {
    /// Of HTTP, SMTP, FTP.
    var code: Int?
    /// A DNS response code, a gRPC status, what a command was answered.
    var name: String?
    var isError: Bool
  }

  var isError: Bool {
    guard case .answered(let answer) = self else { return false }
    return answer.isError
  }
}

extension Exchange.Content {
  /// As the JSON has it.
  var protocolName: String {
    switch self {
    case .http1: "http/1"
    case .http2: "h2"
    case .webSocket: "websocket"
    case .serverSentEvent: "sse"
    case .dns: "dns"
    case .tlsHello, .tlsServerHello: "tls"
    case .command(let command): command.dialect.rawValue
    case .opaque: "unknown"
    }
  }

  /// HTTP's method, a command's verb, a DNS opcode.
  var method: [UInt8]? {
    switch self {
    case .http1(let http), .http2(let http, stream: _): http.request?.method
    case .dns(let dns): (dns.query ?? dns.response).map { Array($0.opcode.utf8) }
    case .command(let command): command.command?.verb
    case .webSocket, .serverSentEvent, .tlsHello, .tlsServerHello, .opaque: nil
    }
  }

  /// What an HTTP request names as its host.
  var authority: [UInt8]? {
    switch self {
    case .http1(let http), .http2(let http, stream: _): http.request?.authority
    case .webSocket, .serverSentEvent, .dns, .tlsHello, .tlsServerHello, .command, .opaque: nil
    }
  }

  var status: ExchangeStatus {
    switch self {
    case .http2(_, stream: 0): .notAwaited
    case .http1(let http), .http2(let http, stream: _): Self.status(http)
    case .dns(let dns): Self.status(dns)
    case .command(let command): Self.status(command)
    case .webSocket, .serverSentEvent, .tlsHello, .tlsServerHello, .opaque: .notAwaited
    }
  }

  private static func status(_ http: HTTPExchange) -> ExchangeStatus {
    guard let response = http.response else { return .unanswered }
    let call = http.grpc?.status
    return .answered(
      ExchangeStatus.Answer(
        code: response.status, name: call.map(GRPCStatusName.text),
        isError: response.status >= 400 || response.status == 0 || call ?? 0 != 0))
  }

  private static func status(_ dns: DNSExchange) -> ExchangeStatus {
    // Who knows an answer says it to all, asked or not.
    if dns.flavor == .mdns { return .notAwaited }
    guard let response = dns.response else { return .unanswered }
    return .answered(
      ExchangeStatus.Answer(code: nil, name: response.rcode, isError: response.rcode != "NOERROR"))
  }

  private static func status(_ exchange: CommandExchange) -> ExchangeStatus {
    guard let reply = exchange.reply else { return .unanswered }
    let text = JSONWriter.escapingNonUTF8(reply.status)
    let code = text.utf8.count == 3 ? Int(text) : nil
    return .answered(ExchangeStatus.Answer(code: code, name: text, isError: reply.isError))
  }
}
