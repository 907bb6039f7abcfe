import SessionEvents

/// Pairs the commands of one session with their replies, and makes exchanges of them.
///
/// Replies come in the order of the commands, unless a dialect knows better. Exchanges wait in `reports` until their
/// conversation hands them on.
struct CommandLedger {
  private let context: SessionContext
  let dialect: CommandExchange.Dialect
  private(set) var waiting: [PendingCommand] = []
  /// Findings that wait for the next exchange.
  private var loose: FindingList
  /// Bytes that belong to no command and no reply.
  private(set) var rest: OpaqueTally
  private(set) var reports: [ConversationReport] = []

  init(_ context: SessionContext, dialect: CommandExchange.Dialect) {
    self.context = context
    self.dialect = dialect
    loose = FindingList(limit: context.limits.findingCount)
    rest = OpaqueTally(context.limits.opaque)
  }

  private var limits: CommandLimits { context.limits.commands }

  /// The command that the next reply answers.
  var firstUnanswered: PendingCommand? { waiting.first { $0.reply == nil } }

  // MARK: Commands

  /// A command begins.
  mutating func begin(_ command: CommandExchange.Command, at start: Sighting, seen: ByteCounts)
    -> PendingCommand
  {
    if waiting.count >= limits.pendingCommandCount { dropOldest(seen: seen) }
    let pending = PendingCommand(
      index: context.takeIndex(), start: start, command: command, limits: context.limits)
    takeLoose(into: &pending.findings)
    waiting.append(pending)
    return pending
  }

  /// All of the command was sent.
  mutating func complete(_ pending: PendingCommand, at sighting: Sighting, seen: ByteCounts) {
    pending.isSent = true
    pending.end = later(pending.end, sighting)
    if pending.reply != nil { report(pending, seen: seen) }
  }

  /// The command was sent, and no reply will come.
  mutating func finish(_ pending: PendingCommand, seen: ByteCounts) {
    report(pending, seen: seen)
  }

  // MARK: Replies

  /// Something was said between the command and its final reply.
  func add(_ interim: CommandExchange.Interim, to pending: PendingCommand, at sighting: Sighting) {
    pending.end = later(pending.end, sighting)
    if pending.interim.count < limits.interimCount {
      pending.interim.append(interim)
    } else if !pending.findings.contains(CommandProblem.tooManyInterim.rawValue) {
      let detail = "what is said before the final reply is left out beyond \(limits.interimCount) times"
      pending.findings.append(CommandProblem.tooManyInterim.at(0, detail, in: nil))
    }
  }

  /// The final reply came.
  mutating func answer(
    _ pending: PendingCommand, with reply: CommandExchange.Reply, at sighting: Sighting, seen: ByteCounts
  ) {
    pending.reply = reply
    pending.end = later(pending.end, sighting)
    if pending.isSent { report(pending, seen: seen) }
  }

  /// The server said something that no command asked for.
  mutating func reportUnasked(
    _ reply: CommandExchange.Reply, interim: [CommandExchange.Interim] = [], from start: Sighting,
    to end: Sighting, seen: ByteCounts, findings: [Finding] = []
  ) {
    var all = FindingList(limit: context.limits.findingCount)
    takeLoose(into: &all)
    for finding in findings { all.append(finding) }
    let exchange = CommandExchange(dialect: dialect, command: nil, interim: interim, reply: reply)
    reports.append(
      .exchange(
        ExchangeDraft(
          index: context.takeIndex(), start: start, end: end, content: .command(exchange), findings: all.all,
          seen: seen)))
  }

  // MARK: What is missing, and what is wrong

  /// Bytes of the server are missing: the reply to any waiting command may have been among them.
  func loseReplies() {
    for pending in waiting where pending.reply == nil { pending.mayHaveLostReply = true }
  }

  /// Behind a gap a reply answers a command that came after it, if there is one.
  mutating func dropUnanswerable(at offset: UInt64, seen: ByteCounts) {
    guard let last = waiting.last, waiting.contains(where: \.mayHaveLostReply) else { return }
    guard !last.mayHaveLostReply else {
      for pending in waiting { pending.mayHaveLostReply = false }
      return
    }
    while let pending = waiting.first(where: \.mayHaveLostReply) {
      pending.mayHaveLostReply = false
      pending.findings.append(
        CommandProblem.replyLost.at(offset, "the reply lies in a gap of the capture", in: .serverToClient))
      report(pending, seen: seen)
    }
  }

  /// Notes what is wrong in the command, else in the next exchange.
  mutating func note(_ finding: Finding, in pending: PendingCommand? = nil) {
    if let pending { pending.findings.append(finding) } else { loose.append(finding) }
  }

  /// Notes something once for each exchange.
  mutating func noteOnce(_ finding: @autoclosure () -> Finding, _ code: String, in pending: PendingCommand?) {
    if let pending {
      if !pending.findings.contains(code) { pending.findings.append(finding()) }
    } else if !loose.contains(code) {
      loose.append(finding())
    }
  }

  /// Counts bytes that belong to nothing.
  mutating func stray(_ bytes: [UInt8], _ range: Range<Int>, in direction: Direction, at sighting: Sighting) {
    rest.add(bytes, range, in: direction, at: sighting)
  }

  /// Counts bytes that belong to nothing, and are not looked at.
  mutating func stray(_ byteCount: UInt64, in direction: Direction, at sighting: Sighting) {
    rest.add(Int(clamping: byteCount), in: direction, at: sighting)
  }

  /// Counts a line that belongs to nothing.
  mutating func stray(_ line: CommandLine, in direction: Direction) {
    rest.add(line.text, 0..<line.text.count, in: direction, at: line.start)
    rest.add(line.byteCount - line.text.count, in: direction, at: line.end)
  }

  /// Reports all that is unfinished.
  mutating func close(seen: ByteCounts) {
    while let pending = waiting.first { report(pending, seen: seen) }
    if let draft = rest.draft(index: context.takeIndex(), findings: loose.all, seen: seen) {
      reports.append(.exchange(draft))
    }
  }

  mutating func takeReports() -> [ConversationReport] {
    defer { reports = [] }
    return reports
  }

  private mutating func takeLoose(into findings: inout FindingList) {
    guard !loose.isEmpty else { return }
    findings.append(loose)
    loose = FindingList(limit: context.limits.findingCount)
  }

  private mutating func dropOldest(seen: ByteCounts) {
    let oldest = waiting[0]
    let detail = "more than \(limits.pendingCommandCount) commands wait for replies"
    oldest.findings.append(CommandProblem.tooManyPending.at(0, detail, in: nil))
    report(oldest, seen: seen)
  }

  private mutating func report(_ pending: PendingCommand, seen: ByteCounts) {
    // One that is not there was reported for a limit's sake.
    guard let index = waiting.firstIndex(where: { $0 === pending }) else { return }
    waiting.remove(at: index)
    reports.append(.exchange(pending.draft(dialect, seen: seen)))
  }

  private func later(_ one: Sighting, _ other: Sighting) -> Sighting {
    one.time < other.time ? other : one
  }
}
