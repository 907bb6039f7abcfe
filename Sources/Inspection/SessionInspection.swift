import SessionEvents

/// One open session: its summary so far, and the conversation in it.
final class SessionInspection {
  let session: SessionID
  private(set) var summary: SessionSummary
  private let context: SessionContext
  /// Nil as long as nothing is said in streams, which in a session of datagrams is always.
  private var chosen: ProtocolChoice?
  private var datagrams: DatagramConversation?
  private var gapAllowance: UInt64 = 1 << 60
  /// Of conflicting bytes, for the exchange that finishes next.
  private var conflicts: [Finding] = []
  /// The exchange that a ClientHello event makes if nothing else is said.
  private var heldHello: HeldHello?

  /// A box, since few sessions have one, and many are open at a time.
  private final class HeldHello {
    let facts: TLSHelloFacts
    let findings: [Finding]
    let sighting: Sighting

    init(_ facts: TLSHelloFacts, _ findings: [Finding], _ sighting: Sighting) {
      self.facts = facts
      self.findings = findings
      self.sighting = sighting
    }
  }

  init(
    _ session: SessionID, opening: SessionOpening, host: HostName, at sighting: Sighting,
    environment: InspectionEnvironment
  ) {
    self.session = session
    context = SessionContext(
      environment: environment, session: session, server: opening.originalDestination,
      dns: DNSSetting(opening))
    summary = SessionSummary(
      session: session, opening: opening, opened: sighting.time, host: host, firstPacket: sighting.packet)
  }

  func receive(_ kind: SessionEvent.Kind, at sighting: Sighting, emit: (Observation) -> Void) {
    switch kind {
    case .bytes(let direction, let bytes):
      guard !bytes.isEmpty else { return }
      count(bytes.count, direction)
      stream.receive(bytes, from: 0, in: direction, at: sighting) { handle($0, emit) }
    case .datagram(let direction, let bytes):
      count(bytes.count, direction)
      let datagrams = self.datagrams ?? DatagramConversation(context)
      self.datagrams = datagrams
      datagrams.receive(bytes, in: direction, at: sighting) { handle($0, emit) }
    case .gap(let direction, let byteCount):
      let (sum, overflow) = summary.gapByteCount.addingReportingOverflow(byteCount)
      summary.gapByteCount = overflow ? .max : sum
      if let datagrams {
        datagrams.skip(in: direction) { handle($0, emit) }
      } else {
        stream.skip(believable(byteCount), in: direction, at: sighting) { handle($0, emit) }
      }
    case .conflict(let direction, let offset, let byteCount):
      receiveConflict(in: direction, at: offset, byteCount)
    case .halfClosed(let direction):
      stream.halfClose(direction) { handle($0, emit) }
    case .clientHello(let message):
      receiveHello(message, at: sighting)
    case .secured(let party, let facts):
      context.isSecured = true
      if facts.alpn == "h2" { context.speaksHTTP2 = true }
      switch party {
      case .client: summary.clientTLS = facts
      case .server: summary.serverTLS = facts
      }
    case .bypassed(let reason):
      summary.bypass = reason
    case .opened, .closed:
      break
    }
  }

  private var stream: ProtocolChoice {
    if let chosen { return chosen }
    let new = ProtocolChoice(context)
    chosen = new
    return new
  }

  /// Reports what is unfinished, then the end.
  func close(_ closing: SessionClosing, at sighting: Sighting, emit: (Observation) -> Void) {
    chosen?.close(closing.end) { handle($0, emit) }
    datagrams?.close { handle($0, emit) }
    if context.exchangeCount == 0, let held = heldHello {
      let draft = ExchangeDraft(
        index: context.takeIndex(), start: held.sighting, end: held.sighting, content: .tlsHello(held.facts),
        findings: held.findings,
        seen: ByteCounts(client: summary.clientByteCount, server: summary.serverByteCount))
      handle(.exchange(draft), emit)
    }
    summary.closed = sighting.time
    summary.closing = closing
    emit(.closed(summary))
  }

  private func handle(_ report: ConversationReport, _ emit: (Observation) -> Void) {
    switch report {
    case .hello(let facts):
      learn(facts)
    case .exchange(let draft):
      var exchange = Exchange(
        session: summary.session, index: draft.index, start: draft.start.time, end: draft.end.time,
        packet: draft.start.packet, content: draft.content, findings: draft.findings)
      if !conflicts.isEmpty {
        exchange.findings += conflicts
        conflicts = []
      }
      var summary = self.summary
      summary.clientByteCount = draft.seen.client
      summary.serverByteCount = draft.seen.server
      emit(.exchange(exchange, summary))
    }
  }

  /// The session's first difference is told with the exchange that was under way; all are counted.
  private func receiveConflict(in direction: Direction, at offset: UInt64, _ byteCount: UInt64) {
    if summary.conflictByteCount == 0 {
      let detail = "packets brought other bytes for \(byteCount) bytes that were there; the first stand"
      conflicts.append(CommonProblem.conflict.at(offset, detail, in: direction))
    }
    summary.conflictByteCount = summary.conflictByteCount.addingReportingOverflow(byteCount).partialValue
  }

  private func receiveHello(_ message: [UInt8], at sighting: Sighting) {
    guard let hello = ClientHello(handshake: message) else { return }
    let facts = TLSHelloFacts(hello, digests: context.environment.services.digests)
    learn(facts)
    heldHello = HeldHello(facts, hello.findings(at: 0), sighting)
  }

  private func learn(_ facts: TLSHelloFacts) {
    summary.hello = facts
    if let name = facts.serverName { summary.host = HostName(name: name, source: .sni) }
  }

  /// Gaps of more than 2^60 bytes together count as that much, so that no stream offset can overflow.
  private func believable(_ gapByteCount: UInt64) -> UInt64 {
    let count = min(gapByteCount, max(1, gapAllowance))
    gapAllowance -= min(count, gapAllowance)
    return count
  }

  private func count(_ byteCount: Int, _ direction: Direction) {
    switch direction {
    case .clientToServer: summary.clientByteCount += UInt64(byteCount)
    case .serverToClient: summary.serverByteCount += UInt64(byteCount)
    }
  }
}
