import SessionEvents

/// A conversation that begins in the midst of a session's streams: in a tunnel, or after an upgrade.
///
/// What it reports is moved to its place in the streams.
final class NestedConversation: Conversation {
  private let inner: any Conversation
  /// Where it begins, in bytes of the streams.
  private var base: ByteCounts
  /// How many bytes had been seen by then, without missing ones.
  private var seenBefore: ByteCounts

  init(_ inner: any Conversation, at base: ByteCounts, seen: ByteCounts) {
    self.inner = inner
    self.base = base
    seenBefore = seen
  }

  var standing: Standing { inner.standing }

  /// Says where a direction begins that began later than the other, before anything of it is received.
  func begin(_ direction: Direction, at offset: UInt64, seen: UInt64) {
    base[direction] = offset
    seenBefore[direction] = seen
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    inner.receive(bytes, from: start, in: direction, at: sighting) { report(moved($0)) }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    inner.skip(byteCount, in: direction, at: sighting) { report(moved($0)) }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    inner.halfClose(direction) { report(moved($0)) }
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    inner.close(end) { report(moved($0)) }
  }

  private func moved(_ report: ConversationReport) -> ConversationReport {
    guard case .exchange(var draft) = report else { return report }
    draft.seen.client += seenBefore.client
    draft.seen.server += seenBefore.server
    for index in draft.findings.indices {
      if let direction = draft.findings[index].direction { draft.findings[index].offset += base[direction] }
    }
    return .exchange(draft)
  }
}
