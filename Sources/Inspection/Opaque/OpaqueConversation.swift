import SessionEvents

/// The conversation of a session whose protocol nobody speaks.
final class OpaqueConversation: Conversation {
  private let context: SessionContext
  private var tally: OpaqueTally
  private var findings: [Finding]

  /// Begins with what is wrong, where that is why nobody reads the session.
  init(_ context: SessionContext, findings: [Finding] = []) {
    self.context = context
    self.findings = findings
    tally = OpaqueTally(context.limits.opaque)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    tally.add(bytes, start..<bytes.count, in: direction, at: sighting)
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {}

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {}

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if let draft = tally.draft(index: context.takeIndex(), findings: findings, seen: tally.counts) {
      report(.exchange(draft))
    }
  }
}
