import Inspection
import SessionEvents

/// What was counted of exchanges that have something in common.
public struct StatisticsRow: Sendable {
  /// Sessions that have any of these exchanges.
  public internal(set) var sessions: UInt64 = 0
  public private(set) var exchanges: UInt64 = 0
  /// Answered by an error.
  public private(set) var errors: UInt64 = 0
  public private(set) var unanswered: UInt64 = 0
  /// Bodies as sent, messages, commands and mails: what the client said, without headers.
  public private(set) var requestBytes: UInt64 = 0
  /// The same of what the server said.
  public private(set) var responseBytes: UInt64 = 0
  /// Of answered exchanges: from a request's first byte to its response's last.
  public private(set) var durations = DurationSketch()

  init() {}

  mutating func add(_ exchange: Exchange, _ status: ExchangeStatus) {
    exchanges += 1
    switch status {
    case .answered(let answer):
      if answer.isError { errors += 1 }
      if exchange.content.hasRequest { durations.add(exchange.end.nanoseconds(since: exchange.start)) }
    case .unanswered: unanswered += 1
    case .notAwaited: break
    }
    let (request, response) = exchange.content.payloadByteCounts
    requestBytes = Self.sum(requestBytes, request)
    responseBytes = Self.sum(responseBytes, response)
  }

  mutating func merge(_ other: StatisticsRow) {
    sessions += other.sessions
    exchanges += other.exchanges
    errors += other.errors
    unanswered += other.unanswered
    requestBytes = Self.sum(requestBytes, other.requestBytes)
    responseBytes = Self.sum(responseBytes, other.responseBytes)
    durations.merge(other.durations)
  }

  /// Gaps may claim any number of bytes.
  static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension Exchange.Content {
  fileprivate var hasRequest: Bool {
    switch self {
    case .http1(let http), .http2(let http, stream: _): http.request != nil
    case .dns(let dns): dns.query != nil
    case .command(let command): command.command != nil
    case .webSocket, .serverSentEvent, .tlsHello, .tlsServerHello, .opaque: false
    }
  }

  /// What each side said in it, as far as it is counted; server-sent events are in their response's body.
  fileprivate var payloadByteCounts: (request: UInt64, response: UInt64) {
    switch self {
    case .http1(let http), .http2(let http, stream: _):
      return (http.request?.body.byteCount ?? 0, http.response?.body.byteCount ?? 0)
    case .webSocket(let message):
      let count = message.body.byteCount
      return message.sender == .client ? (count, 0) : (0, count)
    case .command(let exchange):
      return (
        (exchange.command?.byteCount ?? 0) + (exchange.command?.payload?.byteCount ?? 0),
        exchange.reply?.byteCount ?? 0
      )
    case .opaque(let opaque):
      return (opaque.client.byteCount, opaque.server.byteCount)
    case .serverSentEvent, .dns, .tlsHello, .tlsServerHello:
      return (0, 0)
    }
  }
}
