import SessionEvents

/// Pairs queries and responses of one session by id and question (RFC 1035 §7.3).
struct DNSTransactions {
  private let context: SessionContext
  private var pending: [Pending] = []

  private struct Pending {
    var draft: ExchangeDraft
    var query: DNSMessage
    var findings: FindingList
  }

  init(_ context: SessionContext) {
    self.context = context
  }

  /// Takes a message that was seen from `start` to `end`.
  mutating func receive(
    _ message: DNSMessage, findings: FindingList, from start: Sighting, to end: Sighting, seen: ByteCounts,
    report: (ConversationReport) -> Void
  ) {
    if message.flags.contains(.response) {
      receiveResponse(message, findings, start, end, seen, report)
    } else {
      receiveQuery(message, findings, start, end, seen, report)
    }
  }

  /// Reports the queries that were not answered.
  mutating func close(seen: ByteCounts, report: (ConversationReport) -> Void) {
    for entry in pending { self.report(entry, response: nil, seen, report) }
    pending = []
  }

  private mutating func receiveQuery(
    _ query: DNSMessage, _ findings: FindingList, _ start: Sighting, _ end: Sighting, _ seen: ByteCounts,
    _ report: (ConversationReport) -> Void
  ) {
    if pending.count >= context.limits.dns.pendingQueryCount {
      var oldest = pending.removeFirst()
      let detail = "more than \(context.limits.dns.pendingQueryCount) queries wait for responses"
      oldest.findings.append(DNSProblem.tooManyPending.at(0, detail, in: nil))
      self.report(oldest, response: nil, seen, report)
    }
    let draft = ExchangeDraft(
      index: context.takeIndex(), start: start, end: end,
      content: .dns(DNSExchange(query: query, response: nil)),
      findings: [], seen: seen)
    pending.append(Pending(draft: draft, query: query, findings: findings))
  }

  private mutating func receiveResponse(
    _ response: DNSMessage, _ findings: FindingList, _ start: Sighting, _ end: Sighting, _ seen: ByteCounts,
    _ report: (ConversationReport) -> Void
  ) {
    if let index = pending.firstIndex(where: { DNSTransactions.matches($0.query, response) }) {
      var entry = pending.remove(at: index)
      entry.draft.end = end
      entry.findings.append(findings)
      self.report(entry, response: response, seen, report)
    } else {
      let content = Exchange.Content.dns(DNSExchange(query: nil, response: response))
      report(
        .exchange(
          ExchangeDraft(
            index: context.takeIndex(), start: start, end: end, content: content, findings: findings.all,
            seen: seen)))
    }
  }

  private func report(
    _ entry: Pending, response: DNSMessage?, _ seen: ByteCounts, _ report: (ConversationReport) -> Void
  ) {
    var draft = entry.draft
    draft.content = .dns(DNSExchange(query: entry.query, response: response))
    draft.findings = entry.findings.all
    draft.seen = seen
    report(.exchange(draft))
  }

  /// Names are compared without regard to case (RFC 1035 §2.3.3); a response may leave the question out.
  private static func matches(_ query: DNSMessage, _ response: DNSMessage) -> Bool {
    guard query.id == response.id else { return false }
    guard let asked = query.questions.first, let answered = response.questions.first else { return true }
    return asked.type == answered.type && asked.class == answered.class
      && equalsIgnoringCase(asked.name.utf8, answered.name.utf8)
  }
}
