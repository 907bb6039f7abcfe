import SessionEvents

/// What is known of a session and stands in one place of its recording only, so that the next one can be told too.
struct SessionFacts {
  private(set) var hello: [UInt8] = []
  private(set) var server: SharedTLSFacts?
  private(set) var client: SharedTLSFacts?
  private(set) var bypass: BypassReason?

  /// A longer hello, which no usual client sends, is not kept.
  private static let helloLimit = 4_096

  mutating func remember(_ kind: SessionEvent.Kind, _ memory: RecorderMemory) {
    switch kind {
    case .clientHello(let bytes): if bytes.count <= Self.helloLimit { hello = bytes }
    case .secured(.server, let facts): server = memory.share(facts)
    case .secured(.client, let facts): client = memory.share(facts)
    case .bypassed(let reason): bypass = reason
    case .opened, .bytes, .datagram, .gap, .conflict, .halfClosed, .closed: break
    }
  }

  /// The events that tell them.
  var kinds: [SessionEvent.Kind] {
    var kinds: [SessionEvent.Kind] = []
    if !hello.isEmpty { kinds.append(.clientHello(hello)) }
    if let server { kinds.append(.secured(.server, server.facts)) }
    if let client { kinds.append(.secured(.client, client.facts)) }
    if let bypass { kinds.append(.bypassed(bypass)) }
    return kinds
  }
}

/// TLS facts that many sessions have in common.
final class SharedTLSFacts {
  let facts: TLSFacts

  init(_ facts: TLSFacts) {
    self.facts = facts
  }
}

/// What the recorders of one service have in common: it outlives each recording.
final class RecorderMemory {
  var shownSessions = ShownSessions()
  private var tlsFacts: [TLSFacts: SharedTLSFacts] = [:]

  /// More than this many different ones are not looked up again.
  private static let limit = 256

  /// Thousands of sessions with one server share one copy of its certificates.
  func share(_ facts: TLSFacts) -> SharedTLSFacts {
    if let shared = tlsFacts[facts] { return shared }
    if tlsFacts.count >= Self.limit { tlsFacts = [:] }
    let shared = SharedTLSFacts(facts)
    tlsFacts[facts] = shared
    return shared
  }
}
