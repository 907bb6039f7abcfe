import SessionEvents

/// Which side of a connection is HTTP/2's client, where its beginning is missing.
///
/// Who opened a connection that was under way is guessed from ports, and may be wrong. The first field of a header block
/// tells: a request begins with `:method`, `:scheme`, `:authority` or `:path`, a response with `:status`.
enum HTTP2Orientation {
  /// Who sent a header block, by its first field, where that is in the static table, or has its name from there
  /// (RFC 7541 §6, appendix A).
  static func sender(ofBlock block: some Collection<UInt8>) -> Party? {
    // An update of the table's size may come before; one of more than a byte tells nothing here.
    guard let byte = block.first(where: { $0 & 0xe0 != 0x20 }) else { return nil }
    let index = byte & 0x80 != 0 ? byte & 0x7f : byte & 0x40 != 0 ? byte & 0x3f : byte & 0x0f
    switch index {
    case 1...7: return .client
    case 8...14: return .server
    default: return nil
    }
  }

  /// Who sent frames, by the first header block of which the beginning is there.
  static func sender(ofFrames bytes: [UInt8], in direction: Direction) -> Party? {
    var position = 0
    while position + HTTP2Frame.headerByteCount <= bytes.count,
      let link = HTTP2Link(bytes, at: position, in: direction)
    {
      let payload = bytes[(position + HTTP2Frame.headerByteCount)...].prefix(link.byteCount)
      if link.type == .headers, let sender = sender(ofBlock: payload.dropFirst(link.byteCountBeforeBlock)) {
        return sender
      }
      position += HTTP2Frame.headerByteCount + link.byteCount
    }
    return nil
  }
}

/// A conversation in which the server is who the inner one calls the client; nothing is left to doubt.
final class ReversedConversation: Conversation {
  private let inner: any Conversation

  init(_ inner: any Conversation) {
    self.inner = inner
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    inner.receive(bytes, from: start, in: direction.opposite, at: sighting) { report(Self.turned($0)) }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    inner.skip(byteCount, in: direction.opposite, at: sighting) { report(Self.turned($0)) }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    inner.halfClose(direction.opposite) { report(Self.turned($0)) }
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    inner.close(end) { report(Self.turned($0)) }
  }

  /// Findings and counts belong to the session's directions; what is in the exchange, to HTTP's.
  private static func turned(_ report: ConversationReport) -> ConversationReport {
    guard case .exchange(var draft) = report else { return report }
    draft.seen = ByteCounts(client: draft.seen.server, server: draft.seen.client)
    for index in draft.findings.indices {
      draft.findings[index].direction = draft.findings[index].direction?.opposite
    }
    return .exchange(draft)
  }
}
