import SessionEvents

/// Chooses a session's protocol by what is said, not by port, and then passes everything on to that conversation.
///
/// Until a direction's bytes decide, both directions are kept, at most `limits.undecidedByteCount` of them; the
/// conversation then gets them as if nothing had been held back. Each guess looks at one byte at a time, so that
/// the choice falls at the same byte however the stream is split.
final class ProtocolChoice: Conversation {
  /// What is counted for keeping a run of bytes besides the bytes themselves.
  private static let runCost = 64

  private let context: SessionContext
  /// Whether it begins in the midst of a session: in a tunnel, or after an upgrade.
  private let isNested: Bool
  private var chosen: (any Conversation)?
  private var held: [Held] = []
  private var cost = 0
  private var client = DirectionGuess(.clientToServer)
  private var server = DirectionGuess(.serverToClient)

  private enum Held {
    case bytes(Direction, Sighting, [UInt8])
    case gap(Direction, Sighting, UInt64)
    case halfClosed(Direction)
  }

  /// Nested, neither the session's ALPN nor its port says anything about the protocol.
  init(_ context: SessionContext, isNested: Bool = false) {
    self.context = context
    self.isNested = isNested
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    if let chosen {
      chosen.receive(bytes, from: start, in: direction, at: sighting, report: report)
      return
    }
    guard start < bytes.count else { return }
    let position = hold(bytes, from: start, in: direction, at: sighting)
    guard let choice = choice(isForced: cost >= context.limits.undecidedByteCount) else { return }
    choose(choice, report)
    if position < bytes.count {
      chosen?.receive(bytes, from: position, in: direction, at: sighting, report: report)
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    if let chosen {
      chosen.skip(byteCount, in: direction, at: sighting, report: report)
      return
    }
    withGuess(direction) { $0.lose() }
    held.append(.gap(direction, sighting, byteCount))
    cost += ProtocolChoice.runCost
    if let choice = choice(isForced: cost >= context.limits.undecidedByteCount) { choose(choice, report) }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if let chosen {
      chosen.halfClose(direction, report: report)
    } else {
      held.append(.halfClosed(direction))
      cost += ProtocolChoice.runCost
    }
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if chosen == nil, let choice = choice(isForced: true) { choose(choice, report) }
    chosen?.close(end, report: report)
  }

  // MARK: Holding

  /// Keeps bytes until they decide or no more may be kept; returns where it stopped.
  private func hold(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting
  ) -> Int {
    let continuesRun = beginsWithinRun(direction, sighting)
    if !continuesRun { cost += ProtocolChoice.runCost }
    let room = max(0, context.limits.undecidedByteCount - cost)
    let end = start + min(room, bytes.count - start)
    let position = withGuess(direction) { $0.receive(bytes, start..<end) }
    cost += position - start
    if continuesRun, case .bytes(_, _, var run) = held[held.count - 1] {
      held[held.count - 1] = .halfClosed(direction)
      run += bytes[start..<position]
      held[held.count - 1] = .bytes(direction, sighting, run)
    } else {
      held.append(.bytes(direction, sighting, Array(bytes[start..<position])))
    }
    return position
  }

  private func beginsWithinRun(_ direction: Direction, _ sighting: Sighting) -> Bool {
    guard case .bytes(let lastDirection, let lastSighting, _) = held.last else { return false }
    return lastDirection == direction && lastSighting == sighting
  }

  private func withGuess<Result>(_ direction: Direction, _ body: (inout DirectionGuess) -> Result) -> Result {
    switch direction {
    case .clientToServer: body(&client)
    case .serverToClient: body(&server)
    }
  }

  // MARK: Choosing

  private func choice(isForced: Bool) -> GuessedProtocol? {
    if context.speaksHTTP2, !isNested { return .http2 }
    switch (client.verdict, server.verdict) {
    case (.decided(let found), _), (_, .decided(let found)):
      return found
    case (.excluded, .excluded):
      return lastResort()
    case (.excluded, _), (_, .excluded), (.undecided, .undecided):
      guard isForced else { return nil }
      if heldBytesSpeakHTTP2() { return .http2 }
      return client.isLikelyHTTP1 || lostDirectionSpeaksHTTP1() ? .http1 : lastResort()
    }
  }

  /// Where the content does not tell, the port may: a damaged DNS message should be shown as one.
  private func lastResort() -> GuessedProtocol {
    let isDNSPort = !isNested && dnsPorts.contains(context.serverPort)
    return isDNSPort && (client.isPossiblyDNS || server.isPossiblyDNS) ? .dns : .opaque
  }

  private func lostDirectionSpeaksHTTP1() -> Bool {
    for direction in Direction.allCases where withGuess(direction, { $0.isLost }) {
      var bytes: [UInt8] = []
      for case .bytes(direction, _, let run) in held { bytes += run }
      for line in bytes.split(separator: UInt8(ascii: "\n"))
      where HTTP1StartLine.locate(in: line, sentBy: direction.sender) != nil {
        return true
      }
    }
    return false
  }

  /// Whether frames are found in what is held: the capture began in their midst, or lacks the beginning.
  private func heldBytesSpeakHTTP2() -> Bool {
    Direction.allCases.contains { direction in
      var search = HTTP2Search(direction, .behindGap, limit: .max)
      for case .bytes(direction, let sighting, let run) in held {
        var position = 0
        if search.receive(run, &position, at: sighting, drop: { _, _ in }) { return true }
      }
      return search.finish()
    }
  }

  private func isReversedHTTP2() -> Bool {
    func bytes(_ direction: Direction) -> [UInt8] {
      var bytes: [UInt8] = []
      for case .bytes(direction, _, let run) in held { bytes += run }
      return bytes
    }
    return HTTP2Orientation.isReversed(client: bytes(.clientToServer), server: bytes(.serverToClient))
  }

  private func choose(_ choice: GuessedProtocol, _ report: (ConversationReport) -> Void) {
    let conversation: any Conversation =
      switch choice {
      case .http1: HTTP1Conversation(context)
      case .http2:
        isReversedHTTP2() ? ReversedConversation(HTTP2Conversation(context)) : HTTP2Conversation(context)
      case .tls: TLSConversation(context)
      case .dns: DNSStreamConversation(context)
      case .opaque: OpaqueConversation(context)
      }
    chosen = conversation
    let held = self.held
    self.held = []
    for item in held {
      switch item {
      case .bytes(let direction, let sighting, let bytes):
        conversation.receive(bytes, from: 0, in: direction, at: sighting, report: report)
      case .gap(let direction, let sighting, let byteCount):
        conversation.skip(byteCount, in: direction, at: sighting, report: report)
      case .halfClosed(let direction):
        conversation.halfClose(direction, report: report)
      }
    }
  }
}

/// Ports on which a message too damaged to be recognised counts as DNS all the same.
let dnsPorts: Set<UInt16> = [53, 853, 5_353, 5_355]

enum GuessedProtocol {
  case http1
  case http2
  case tls
  case dns
  case opaque
}
