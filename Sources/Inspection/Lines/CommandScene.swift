import SessionEvents

/// Where a dialect acts: the two sides, what was begun on them, and what is reported.
final class CommandScene {
  let context: SessionContext
  let client: CommandSide
  let server: CommandSide
  var ledger: CommandLedger
  /// What both sides speak from now on.
  private(set) var successor: NestedConversation?
  private(set) var standing: Standing = .provisional

  init(_ context: SessionContext, dialect: CommandExchange.Dialect) {
    self.context = context
    client = CommandSide(.clientToServer, context.environment)
    server = CommandSide(.serverToClient, context.environment)
    ledger = CommandLedger(context, dialect: dialect)
  }

  var seen: ByteCounts { ByteCounts(client: client.seen, server: server.seen) }
  var limits: CommandLimits { context.limits.commands }

  func side(_ direction: Direction) -> CommandSide {
    switch direction {
    case .clientToServer: client
    case .serverToClient: server
    }
  }

  // MARK: Standing

  /// It is this protocol.
  func confirm() {
    if case .provisional = standing { standing = .confirmed }
  }

  /// It is another protocol, unless it is too late to say so.
  func refute() {
    if case .provisional = standing { standing = .refuted }
  }

  /// Commands that no other protocol has make sure of this one, and commands of others rule it out.
  func judge(_ verb: some Collection<UInt8>, as member: ProtocolSet) {
    // What is typed into Redis is found by its replies.
    let known = CommandVocabulary.protocols(knowing: verb).subtracting(.redis)
    if known == member { confirm() }
    if !known.isEmpty, !known.contains(member) { refute() }
  }

  /// Whether the client's held bytes begin with a command, or with nothing.
  func isCommandHeld(of member: ProtocolSet) -> Bool {
    let verb = client.held.firstWord
    return verb.isEmpty || CommandVocabulary.protocols(knowing: verb).contains(member)
  }

  // MARK: Commands and replies

  /// A command that is this line, but for payloads that may follow.
  func begin(
    _ line: CommandLine, tag: ArraySlice<UInt8>? = nil, verb: ArraySlice<UInt8>, arguments: ArraySlice<UInt8>
  ) -> PendingCommand {
    let command = CommandExchange.Command(
      tag: tag.map { Array($0) }, verb: Array(verb), arguments: Array(arguments),
      byteCount: UInt64(line.byteCount))
    let pending = ledger.begin(command, at: line.start, seen: seen)
    pending.end = line.end
    noteEnding(of: line, in: pending, from: .clientToServer)
    return pending
  }

  func complete(_ pending: PendingCommand, at sighting: Sighting) {
    ledger.complete(pending, at: sighting, seen: seen)
  }

  func answer(_ pending: PendingCommand, with reply: CommandExchange.Reply, at sighting: Sighting) {
    ledger.answer(pending, with: reply, at: sighting, seen: seen)
  }

  /// The client answers a challenge with this line.
  func addAnswer(_ line: CommandLine, to pending: PendingCommand) {
    pending.command.byteCount += UInt64(line.byteCount)
    ledger.add(
      CommandExchange.Interim(sender: .client, status: [], text: line.text), to: pending, at: line.end)
  }

  /// A line that is no command.
  func refuse(_ line: CommandLine, from direction: Direction, _ detail: String) {
    refute()
    let problem: CommandProblem = direction == .clientToServer ? .commandInvalid : .replyInvalid
    ledger.noteOnce(
      problem.at(line.offset, detail, in: direction), problem.rawValue, in: ledger.firstUnanswered)
    ledger.stray(line, in: direction)
  }

  /// Says where a line feed stands alone, or where the line has no end.
  func noteEnding(of line: CommandLine, in pending: PendingCommand?, from direction: Direction) {
    switch line.ending {
    case .whole: break
    case .bareLineFeed:
      let place = line.offset + UInt64(line.byteCount - 1)
      ledger.noteOnce(
        CommandProblem.bareLineFeed.at(place, "a line feed without a carriage return", in: direction),
        CommandProblem.bareLineFeed.rawValue, in: pending)
    case .missing:
      ledger.note(
        CommandProblem.cut.at(line.offset, "the stream ends within the line", in: direction), in: pending)
    }
  }

  /// Ends a search that leads nowhere.
  func giveUp(_ side: CommandSide, searchedFrom start: UInt64) {
    guard side.offset - start > limits.resynchronisationByteCount else { return }
    let detail = "nothing that fits in \(limits.resynchronisationByteCount) bytes"
    ledger.note(CommandProblem.givenUp.at(start, detail, in: side.direction))
    side.mode = .passing
  }

  /// Hands the reports on.
  func flush(_ report: (ConversationReport) -> Void) {
    guard !ledger.reports.isEmpty else { return }
    for item in ledger.takeReports() { report(item) }
  }

  // MARK: Payloads

  /// A payload of this exchange follows in a direction; several of one exchange are measured as one.
  func beginPayload(of index: Int, from side: CommandSide, mode: CommandSide.Mode) {
    if !side.isMeasuring {
      let head = BodyHead(
        session: context.session, index: index, direction: side.direction, fields: [])
      side.meter.begin(
        codings: [], at: side.offset, audience: BodyAudience(head, environment: context.environment))
      side.isMeasuring = true
      side.hasPayloadGap = false
    }
    side.payloadStart = side.offset
    side.mode = mode
  }

  /// What was measured becomes the command's payload.
  func takePayload(of pending: PendingCommand, isComplete: Bool) {
    pending.command.byteCount += client.offset - client.payloadStart
    pending.command.payload = takePayload(from: client, isComplete: isComplete)
  }

  /// The measure of the payload, where there was one.
  func takePayload(from side: CommandSide, isComplete: Bool) -> HTTPBody? {
    guard side.isMeasuring else { return nil }
    side.isMeasuring = false
    return side.meter.finish(isComplete: isComplete).body
  }

  // MARK: Another protocol

  /// Both sides speak something else from here on.
  func hand(over conversation: any Conversation) {
    successor = NestedConversation(
      conversation, at: ByteCounts(client: client.offset, server: server.offset), seen: seen)
  }

  /// Whether what was held looks like a TLS handshake.
  var isTLSHeld: Bool { client.held.first == 22 }

  /// The server agreed to TLS, as this command asked.
  ///
  /// What the client sent in the clear before it knew is what an attacker may have put there (CVE-2011-0411).
  func startTLS(after pending: PendingCommand) {
    if !client.held.isEmpty, !isTLSHeld {
      let detail = "\(client.held.byteCount) bytes in the clear follow before the server agreed to TLS"
      ledger.note(
        CommandProblem.startTLSInjection.at(client.offset, detail, in: .clientToServer), in: pending)
      for run in client.held.takeAll() {
        ledger.stray(run.bytes, 0..<run.bytes.count, in: .clientToServer, at: run.sighting)
        client.count(run.bytes.count)
      }
    }
    handOver()
  }

  /// Both sides speak TLS, or whatever their bytes say, from here on.
  func handOver() {
    hand(over: ProtocolChoice(context, isNested: true))
  }
}
