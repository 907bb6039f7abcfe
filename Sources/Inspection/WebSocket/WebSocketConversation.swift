import SessionEvents

/// WebSocket after its handshake (RFC 6455): an exchange for each message and each control frame.
///
/// It begins at its own offset 0: behind an upgrade it stands in a `NestedConversation`.
final class WebSocketConversation: Conversation {
  private let context: SessionContext
  private var rest = OpaqueTally()

  /// - Parameters:
  ///   - request: The header fields that asked for it: `GET` with `Upgrade`, or `CONNECT` with `:protocol` (RFC 8441).
  ///   - response: Those that agreed.
  ///   - start: Of the exchange that was the handshake.
  init(_ context: SessionContext, request: [HTTPField], response: [HTTPField], start: Sighting) {
    self.context = context
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    rest.add(bytes.count - start, in: direction, at: sighting)
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {}

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {}

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if let draft = rest.draft(index: context.takeIndex(), findings: [], seen: rest.counts) {
      report(.exchange(draft))
    }
  }
}
