import SessionEvents

/// The conversation of a session seen encrypted: its ClientHello, and nothing of the rest.
final class TLSConversation: Conversation {
  private let context: SessionContext
  private var tally = OpaqueTally()
  private var assembler: ClientHelloAssembler
  private var state: State = .assembling
  private var start: Sighting?
  private var findings: FindingList

  private enum State {
    case assembling
    case told
    case failed
  }

  init(_ context: SessionContext) {
    self.context = context
    assembler = ClientHelloAssembler(limit: context.limits.helloByteCount)
    findings = FindingList(limit: context.limits.findingCount)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    if direction == .clientToServer, state == .assembling {
      assemble(bytes, from: start, at: sighting, report)
    }
    tally.add(bytes.count - start, in: direction, at: sighting)
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    guard direction == .clientToServer, state == .assembling else { return }
    fail("bytes of the ClientHello are missing")
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {}

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    guard state != .told else { return }
    if state == .assembling, start != nil { fail("the stream ended within the ClientHello") }
    if let draft = tally.draft(index: context.takeIndex(), findings: findings.all, seen: tally.counts) {
      report(.exchange(draft))
    }
  }

  private func assemble(
    _ bytes: [UInt8], from position: Int, at sighting: Sighting, _ report: (ConversationReport) -> Void
  ) {
    if start == nil { start = sighting }
    switch assembler.receive(bytes.span.extracting(position..<bytes.count)) {
    case .needMore:
      break
    case .notTLS:
      fail("the first handshake message is no ClientHello of at most \(context.limits.helloByteCount) bytes")
    case .hello(let message):
      tell(message, at: sighting, report)
    }
  }

  private func tell(_ message: [UInt8], at sighting: Sighting, _ report: (ConversationReport) -> Void) {
    guard let hello = ClientHello(handshake: message) else { return fail("the message is no ClientHello") }
    state = .told
    let facts = TLSHelloFacts(hello, digests: context.environment.services.digests)
    report(.hello(facts))
    var seen = tally.counts
    seen.client = UInt64(assembler.byteCount)
    let draft = ExchangeDraft(
      index: context.takeIndex(), start: start ?? sighting, end: sighting, content: .tlsHello(facts),
      findings: hello.findings(at: 0), seen: seen)
    report(.exchange(draft))
  }

  private func fail(_ detail: String) {
    state = .failed
    findings.append(TLSProblem.helloIncomplete.at(0, detail, in: .clientToServer))
  }
}

extension ClientHello {
  /// What is wrong with a hello that begins at `offset` of the client's stream.
  func findings(at offset: UInt64) -> [Finding] {
    guard let malformation else { return [] }
    let detail = "\(malformation.part) cannot be read at byte \(malformation.offset) of the message"
    return [TLSProblem.helloMalformed.at(offset, detail, in: .clientToServer)]
  }
}
