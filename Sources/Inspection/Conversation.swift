import SessionEvents

/// One protocol's view of one session's streams: takes what the session's events carry, reports what was said.
///
/// What it reports must not depend on how a direction's bytes were split.
protocol Conversation: AnyObject {
  /// Takes `bytes[start...]`, the next of a direction's stream.
  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void)
  /// Bytes of the stream that will never come.
  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void)
  /// The sender of this direction said its last.
  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void)
  /// Nothing more will come; reports all that is unfinished.
  func close(_ end: SessionEnd, report: (ConversationReport) -> Void)
  /// Whether what came so far is this protocol.
  var standing: Standing { get }
}

/// What a conversation thinks of having been chosen.
enum Standing {
  /// It may yet be wrong: what it reports is held back, and the bytes are kept.
  case provisional
  /// It is the one; never taken back.
  case confirmed
  /// It is not: everything since the beginning is given to another; never after `confirmed`.
  case refuted
}

extension Conversation {
  var standing: Standing { .confirmed }
}

/// What a conversation tells its session.
enum ConversationReport {
  case exchange(ExchangeDraft)
  case hello(TLSHelloFacts)
}

/// An exchange, but for what only its session knows.
struct ExchangeDraft {
  var index: Int
  var start: Sighting
  /// Of its last byte.
  var end: Sighting
  var content: Exchange.Content
  var findings: [Finding]
  /// How much of each stream had been read when it finished.
  var seen: ByteCounts
}

/// Bytes seen of each direction.
struct ByteCounts: Hashable {
  var client: UInt64 = 0
  var server: UInt64 = 0

  subscript(direction: Direction) -> UInt64 {
    get {
      switch direction {
      case .clientToServer: client
      case .serverToClient: server
      }
    }
    set {
      switch direction {
      case .clientToServer: client = newValue
      case .serverToClient: server = newValue
      }
    }
  }
}

/// What a session shares with its conversations.
final class SessionContext {
  let environment: InspectionEnvironment
  let session: SessionID
  /// Where the client meant to go.
  let server: Endpoint
  let dns: DNSSetting
  /// Whether the bytes were decrypted by the relay.
  var isSecured = false
  /// Whether both sides agreed on HTTP/2 (RFC 7301, RFC 9113 §3.2).
  var speaksHTTP2 = false
  private(set) var exchangeCount = 0
  private var nestedCount = 0

  init(
    environment: InspectionEnvironment, session: SessionID, server: Endpoint, dns: DNSSetting = .plain
  ) {
    self.environment = environment
    self.session = session
    self.server = server
    self.dns = dns
  }

  var limits: InspectionLimits { environment.limits }
  var serverPort: UInt16 { server.port }

  /// Counts a conversation that begins within another; false where it would be one too many.
  ///
  /// A tunnel within a tunnel, and so on, would else let the stack grow with the input.
  func mayNest() -> Bool {
    nestedCount += 1
    return nestedCount <= limits.nestedCount
  }

  /// The index of the exchange that begins now.
  func takeIndex() -> Int {
    exchangeCount += 1
    return exchangeCount - 1
  }

  /// A copy for a conversation that may be wrong: what that counts has no effect, and no bodies are kept of it.
  func makeRehearsal() -> SessionContext {
    let copy = SessionContext(
      environment: environment.withoutBodies, session: session, server: server, dns: dns)
    copy.isSecured = isSecured
    copy.speaksHTTP2 = speaksHTTP2
    copy.exchangeCount = exchangeCount
    copy.nestedCount = nestedCount
    return copy
  }
}
