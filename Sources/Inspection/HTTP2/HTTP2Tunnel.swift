import SessionEvents

/// What passes through a CONNECT (RFC 9113 §8.5, RFC 8441): a conversation in the DATA of one HTTP/2 stream.
///
/// Offsets of findings in it count the bytes of that DATA.
final class HTTP2Tunnel {
  private let conversation: any Conversation
  /// Bytes that it got of each direction.
  private var received = ByteCounts()

  init(_ conversation: any Conversation) {
    self.conversation = conversation
  }

  /// Takes the next bytes of a direction, before which so many of the session's bytes had been seen.
  func receive(
    _ bytes: [UInt8], _ range: Range<Int>, in direction: Direction, at sighting: Sighting, seen: ByteCounts,
    report: (ConversationReport) -> Void
  ) {
    guard !range.isEmpty else { return }
    let around = around(seen)
    received[direction] += UInt64(range.count)
    let isAtEnd = range.upperBound == bytes.count
    let part = isAtEnd ? bytes : Array(bytes[range])
    conversation.receive(part, from: isAtEnd ? range.lowerBound : 0, in: direction, at: sighting) {
      report(Self.moved($0, around))
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, seen: ByteCounts,
    report: (ConversationReport) -> Void
  ) {
    guard byteCount > 0 else { return }
    conversation.skip(byteCount, in: direction, at: sighting) { report(Self.moved($0, around(seen))) }
  }

  func halfClose(_ direction: Direction, seen: ByteCounts, report: (ConversationReport) -> Void) {
    conversation.halfClose(direction) { report(Self.moved($0, around(seen))) }
  }

  func close(_ end: SessionEnd, seen: ByteCounts, report: (ConversationReport) -> Void) {
    conversation.close(end) { report(Self.moved($0, around(seen))) }
  }

  /// Bytes of the session around those in the tunnel.
  private func around(_ seen: ByteCounts) -> ByteCounts {
    ByteCounts(client: seen.client - received.client, server: seen.server - received.server)
  }

  private static func moved(_ report: ConversationReport, _ around: ByteCounts) -> ConversationReport {
    guard case .exchange(var draft) = report else { return report }
    draft.seen.client += around.client
    draft.seen.server += around.server
    return .exchange(draft)
  }
}
