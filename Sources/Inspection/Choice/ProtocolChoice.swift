import SessionEvents

/// Chooses a session's protocol by what is said, not by port, and then passes everything on to that conversation.
///
/// **The rule.** What makes nearly sure of a protocol decides at once, in either direction: a start line of HTTP/1, a
/// ClientHello, a preface, a greeting or a command that one protocol alone has. What several protocols could begin
/// with decides together with the other direction: what both speak for. Where the session ends, or reaches
/// `limits.undecidedByteCount` first, what one side speaks for and the other does not contradict is taken. Only where
/// that leaves several, or a message too damaged to be recognised, the port breaks the tie.
///
/// **Undoing.** A conversation that is not sure of itself (`Standing.provisional`) is rehearsed: it is given everything,
/// while the bytes are kept, and nothing that it reports or counts has any effect. Once it is confirmed, one that counts
/// gets the kept bytes and all that follows; refuted, its protocol is ruled out, and the kept bytes are looked at anew, at
/// last as opaque. At the limit, and when the session closes, the one in place is taken.
///
/// Each guess looks at one byte at a time, so that the choice falls at the same byte however the stream is split.
final class ProtocolChoice: Conversation {
  private let context: SessionContext
  /// Whether it begins in the midst of a session: in a tunnel, or after an upgrade.
  private let isNested: Bool
  private var chosen: (any Conversation)?
  private var candidate: Candidate?
  private var held = HeldEvents()
  private var guesses = ProtocolGuesses()

  /// A conversation that may yet be wrong, and is only rehearsed.
  private struct Candidate {
    var guess: GuessedProtocol
    var conversation: any Conversation
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
      return chosen.receive(bytes, from: start, in: direction, at: sighting, report: report)
    }
    guard start < bytes.count else { return }
    let end = start + held.admit(bytes.count - start, direction, sighting, limit: limit)
    if candidate == nil, let found = look(at: bytes, start..<end, direction) {
      begin(found, report)
      if candidate?.conversation.standing == .confirmed { accept(report) }
      // Nothing need be kept of the bytes that decide for good.
      if let chosen {
        return chosen.receive(bytes, from: start, in: direction, at: sighting, report: report)
      }
    }
    held.append(bytes[start..<end], direction, sighting)
    let taken = end < bytes.count ? Array(bytes[..<end]) : bytes
    candidate?.conversation.receive(taken, from: start, in: direction, at: sighting) { _ in }
    settle(report)
    if end < bytes.count {
      receive(bytes, from: end, in: direction, at: sighting, report: report)
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    if let chosen { return chosen.skip(byteCount, in: direction, at: sighting, report: report) }
    if candidate == nil { guesses.lose(direction) }
    held.append(.gap(direction, sighting, byteCount))
    candidate?.conversation.skip(byteCount, in: direction, at: sighting) { _ in }
    settle(report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if let chosen { return chosen.halfClose(direction, report: report) }
    held.append(.halfClosed(direction))
    candidate?.conversation.halfClose(direction) { _ in }
    settle(report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if chosen == nil, !held.isEmpty { force(report) }
    chosen?.close(end, report: report)
  }

  // MARK: Looking

  private var limit: Int { context.limits.undecidedByteCount }

  private func look(at bytes: [UInt8], _ range: Range<Int>, _ direction: Direction) -> GuessedProtocol? {
    agreedProtocol ?? guesses.look(at: bytes, range, in: direction, port: port)
  }

  /// The server's port, where it means something.
  private var port: UInt16? { isNested ? nil : context.serverPort }

  /// What both sides agreed on by ALPN.
  private var agreedProtocol: GuessedProtocol? {
    context.speaksHTTP2 && !isNested && !guesses.wrong.contains(.http2) ? .http2 : nil
  }

  /// Looks at everything that was kept, from the beginning.
  private func lookAgain() -> GuessedProtocol? {
    for item in held.items {
      switch item {
      case .bytes(let direction, _, let bytes):
        if let found = look(at: bytes, 0..<bytes.count, direction) { return found }
      case .gap(let direction, _, _): guesses.lose(direction)
      case .halfClosed: break
      }
    }
    return nil
  }

  // MARK: Candidates

  /// Rehearses a conversation with everything that was kept, or takes it where it is sure of itself.
  private func begin(_ guess: GuessedProtocol, _ report: (ConversationReport) -> Void) {
    let conversation = makeConversation(guess, context)
    if case .confirmed = conversation.standing { return take(conversation, report) }
    let rehearsed = makeConversation(guess, context.makeRehearsal())
    candidate = Candidate(guess: guess, conversation: rehearsed)
    play(held.items, to: rehearsed) { _ in }
  }

  private func play(
    _ items: [HeldEvents.Item], to conversation: any Conversation, _ report: (ConversationReport) -> Void
  ) {
    for item in items {
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

  /// Goes by what the candidate thinks of itself.
  private func settle(_ report: (ConversationReport) -> Void) {
    while let standing = candidate?.conversation.standing {
      switch standing {
      case .confirmed: return accept(report)
      case .refuted: undo(report)
      case .provisional:
        if held.cost >= limit { accept(report) }
        return
      }
    }
    if chosen == nil, held.cost >= limit { force(report) }
  }

  /// Takes what is in place, or what is likeliest.
  private func force(_ report: (ConversationReport) -> Void) {
    while chosen == nil {
      if candidate == nil {
        begin(agreedProtocol ?? guesses.likeliest(of: held.items, port: port), report)
      }
      if case .refuted? = candidate?.conversation.standing { undo(report) } else { accept(report) }
    }
  }

  private func accept(_ report: (ConversationReport) -> Void) {
    guard let candidate else { return }
    take(makeConversation(candidate.guess, context), report)
  }

  private func take(_ conversation: any Conversation, _ report: (ConversationReport) -> Void) {
    let items = held.items
    chosen = conversation
    candidate = nil
    held = HeldEvents()
    guesses = ProtocolGuesses()
    play(items, to: conversation, report)
  }

  /// Looks for another than the candidate.
  private func undo(_ report: (ConversationReport) -> Void) {
    guard let candidate else { return }
    guesses = ProtocolGuesses(excluding: guesses.wrong.union(ProtocolSet(candidate.guess)))
    self.candidate = nil
    if let found = candidate.guess == .http2 ? .http2Reversed : lookAgain() { begin(found, report) }
  }

  private func makeConversation(_ guess: GuessedProtocol, _ context: SessionContext) -> any Conversation {
    switch guess {
    case .http1: HTTP1Conversation(context)
    case .http2: HTTP2Conversation(context)
    case .http2Reversed: ReversedConversation(HTTP2Conversation(context))
    case .tls: TLSConversation(context)
    case .dns: DNSStreamConversation(context)
    case .smtp: LineConversation<SMTPDialect>(context, midst: guesses.midst)
    case .imap: LineConversation<IMAPDialect>(context, midst: guesses.midst)
    case .pop3: LineConversation<POP3Dialect>(context, midst: guesses.midst)
    case .ftp: LineConversation<FTPDialect>(context, midst: guesses.midst)
    case .redis: RedisConversation(context, midst: guesses.midst)
    case .postgresql: PostgreSQLConversation(context)
    case .socks: SOCKSConversation(context)
    case .proxy: ProxyHeaderConversation(context)
    case .opaque: OpaqueConversation(context)
    }
  }
}
