import Inspection
package import SessionEvents
import Synchronization

/// Counts what happens in all sessions, and knows those that are not over, from their events alone.
///
/// Takes events from any thread. Sessions are spread over shards, each with its lock, so that event loops seldom wait for
/// each other. Memory grows with the number of live sessions only, which the relay limits.
package final class SessionLedger: SessionSink {
  private let shards: [Shard]
  private let log: SessionLog?

  /// A power of two.
  private static let shardCount = 16

  /// `log` is told of each session's beginning and end, on the thread that the event comes from.
  package init(log: SessionLog? = nil) {
    self.log = log
    shards = (0..<Self.shardCount).map { _ in Shard() }
  }

  package func receive(_ event: SessionEvent) {
    let shard = shards[Int(truncatingIfNeeded: event.session.rawValue) & (Self.shardCount - 1)]
    // By far the most frequent: of these, nothing is copied.
    if case .bytes(let direction, let bytes) = event.kind {
      let byteCount = UInt64(bytes.count)
      return shard.state.withLock { $0.add(byteCount, direction, to: event.session) }
    }
    // Parsed before the lock is taken.
    let serverName = Self.serverName(in: event)
    let session = shard.state.withLock { $0.receive(event, serverName: serverName) }
    if let log, let session { Self.tell(log, of: event, session) }
  }

  private static func tell(_ log: SessionLog, of event: SessionEvent, _ session: LiveSession) {
    switch event.kind {
    case .opened: log.opened(session)
    case .closed(let closing): log.closed(session, closing, at: event.time)
    default: break
    }
  }

  /// What has happened so far, in sessions that are over and in those that are not.
  package func totals() -> LedgerTotals {
    var totals = LedgerTotals()
    for shard in shards { totals.add(shard.state.withLock(\.totals)) }
    return totals
  }

  /// The sessions that are not over, in order of opening.
  package func liveSessions() -> [LiveSession] {
    shards.flatMap { $0.state.withLock { $0.sessions.values.map(\.facts) } }.sorted { $0.id < $1.id }
  }

  private static func serverName(in event: SessionEvent) -> String? {
    guard case .clientHello(let handshake) = event.kind,
      let name = ClientHello(handshake: handshake)?.serverName
    else { return nil }
    // A cut inside of a character leaves a replacement character.
    return String(decoding: name.utf8.prefix(LiveSession.longestServerName), as: UTF8.self)
  }
}

/// A part of the ledger: every sixteenth session.
private final class Shard: Sendable {
  struct State {
    var totals = LedgerTotals()
    var sessions: [SessionID: Entry] = [:]
  }

  /// A reference, so that a change copies nothing.
  final class Entry {
    var facts: LiveSession

    init(_ facts: LiveSession) {
      self.facts = facts
    }
  }

  let state = Mutex(State())
}

extension Shard.State {
  /// Returns the session that the event opens or closes.
  mutating func receive(_ event: SessionEvent, serverName: String?) -> LiveSession? {
    switch event.kind {
    case .opened(let opening):
      totals.opened[opening.transport] += 1
      let facts = LiveSession(id: event.session, opened: event.time, opening: opening)
      sessions[event.session] = Shard.Entry(facts)
      return facts
    case .clientHello:
      guard let session = sessions[event.session] else { return nil }
      session.facts.serverName = serverName
      session.facts.state = .handshake
    case .secured(let party, let facts):
      secured(event.session, party, facts)
    case .bypassed(let reason):
      treat(event.session, SessionTreatment(reason))
      sessions[event.session]?.facts.state = .bypassed
    case .bytes(let direction, let bytes):
      add(UInt64(bytes.count), direction, to: event.session)
    case .datagram(let direction, let bytes):
      totals.datagrams[direction] += 1
      totals.datagramBytes[direction] += UInt64(bytes.count)
      guard let session = sessions[event.session] else { return nil }
      session.facts.bytes[direction] += UInt64(bytes.count)
      session.facts.state = .relaying
    case .gap(let direction, let byteCount):
      totals.gaps[direction] += 1
      totals.gapBytes[direction] += byteCount
      sessions[event.session]?.facts.bytes[direction] += byteCount
    case .conflict:
      break
    case .halfClosed:
      sessions[event.session]?.facts.state = .closing
    case .closed(let closing):
      return closed(event.session, closing)
    }
    return nil
  }

  mutating func add(_ byteCount: UInt64, _ direction: Direction, to id: SessionID) {
    totals.streamBytes[direction] += byteCount
    guard let session = sessions[id] else { return }
    session.facts.bytes[direction] += byteCount
    if session.facts.treatment == nil { beginPlain(session) }
  }

  private mutating func secured(_ id: SessionID, _ party: Party, _ facts: TLSFacts) {
    let version = HandshakeKind.Version(rawValue: facts.version) ?? .other
    totals.handshakes[HandshakeKind(party, version)] += 1
    switch party {
    case .server:
      guard !facts.certificateErrors.isEmpty else { return }
      totals.badCertificates += 1
      sessions[id]?.facts.certificateErrors = facts.certificateErrors
    case .client:
      treat(id, .decrypted)
      guard let session = sessions[id] else { return }
      session.facts.tlsVersion = facts.version
      session.facts.alpn = facts.alpn
      session.facts.state = .relaying
    }
  }

  /// The first treatment of a session counts: one that begins plainly and then turns to TLS is plain.
  private mutating func treat(_ id: SessionID, _ treatment: SessionTreatment) {
    guard let session = sessions[id], session.facts.treatment == nil else { return }
    session.facts.treatment = treatment
    totals.treatments[treatment] += 1
  }

  private mutating func beginPlain(_ session: Shard.Entry) {
    session.facts.treatment = .plain
    session.facts.state = .relaying
    totals.treatments[.plain] += 1
  }

  private mutating func closed(_ id: SessionID, _ closing: SessionClosing) -> LiveSession? {
    if let cause = closing.cause { totals.failures[FailureKind(cause)] += 1 }
    if case .reset(let party) = closing.end { totals.resets[party] += 1 }
    // A session that the ledger never saw open was not counted as opened either.
    guard let session = sessions.removeValue(forKey: id) else { return nil }
    totals.closed[session.facts.opening.transport] += 1
    return session.facts
  }
}
