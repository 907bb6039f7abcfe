import SessionEvents

/// Pairs queries and responses of one session by id and question (RFC 1035 §7.3), those of multicast DNS not at all.
///
/// What answers a query once more is told by itself, and says which exchange it follows: the further messages of a
/// zone transfer, further hosts that know a name on the link, or a response that came again.
struct DNSTransactions {
  private let context: SessionContext
  private var pending: [Pending] = []
  private var pendingTextByteCount = 0
  /// The last queries that were answered, the oldest at `oldestAnswered` once they are as many as are kept.
  private var answered: [Answered] = []
  private var oldestAnswered = 0

  /// What is known of an exchange as soon as it begins.
  private struct Beginning {
    var index: Int
    var start: Sighting
    var end: Sighting
    var seen: ByteCounts
  }

  private struct Pending {
    var beginning: Beginning
    var query: DNSMessage
    var direction: Direction
    var findings: FindingList
    var textByteCount: Int
  }

  private struct Answered {
    var index: Int
    var id: UInt16
    var question: DNSQuestion?
    var direction: Direction
    /// What the response said, for comparison.
    var digest: Int
  }

  init(_ context: SessionContext) {
    self.context = context
  }

  /// Takes a message that was seen from `start` to `end`.
  mutating func receive(
    _ message: DNSMessage, in direction: Direction, findings: FindingList, from start: Sighting,
    to end: Sighting, seen: ByteCounts, report: (ConversationReport) -> Void
  ) {
    let isResponse = message.flags.contains(.response)
    if isResponse, context.dns.pairs, answer(message, direction, findings, end, seen, report) { return }
    let beginning = Beginning(index: context.takeIndex(), start: start, end: end, seen: seen)
    // A stateful operation without an id wants no response (RFC 8490 §5.4.1).
    if !context.dns.pairs || (!isResponse && message.opcode == "DSO" && message.id == 0) {
      let exchange = DNSExchange(
        query: isResponse ? nil : message, response: isResponse ? message : nil,
        flavor: context.dns.flavor)
      tell(exchange, beginning, findings, seen, report)
    } else if isResponse {
      receiveFurther(message, direction, findings, beginning, report)
    } else {
      receiveQuery(message, direction, findings, beginning, report)
    }
  }

  /// Reports the queries that were not answered.
  mutating func close(seen: ByteCounts, report: (ConversationReport) -> Void) {
    for entry in pending { tell(entry, response: nil, seen, report) }
    pending = []
  }

  // MARK: Queries

  private mutating func receiveQuery(
    _ query: DNSMessage, _ direction: Direction, _ findings: FindingList, _ beginning: Beginning,
    _ report: (ConversationReport) -> Void
  ) {
    var findings = findings
    // Of link-local queries that is usual (RFC 4795 §2.7).
    if context.dns.flavor == nil,
      let earlier = pending.first(where: { $0.direction == direction && Self.isSame($0.query, query) })
    {
      let detail =
        "the same query as that of exchange \(earlier.beginning.index), which waits for its response"
      findings.append(DNSProblem.queryRepeated.at(0, detail, in: direction))
    }
    let textByteCount = Self.textByteCount(of: query)
    pendingTextByteCount += textByteCount
    pending.append(
      Pending(
        beginning: beginning, query: query, direction: direction, findings: findings,
        textByteCount: textByteCount))
    let limits = context.limits.dns
    while pending.count > max(1, limits.pendingQueryCount)
      || (pending.count > 1 && pendingTextByteCount > limits.pendingTextByteCount)
    {
      var oldest = pending.removeFirst()
      pendingTextByteCount -= oldest.textByteCount
      let detail = "more queries wait for responses than are kept"
      oldest.findings.append(DNSProblem.tooManyPending.at(0, detail, in: nil))
      tell(oldest, response: nil, beginning.seen, report)
    }
  }

  private static func textByteCount(of query: DNSMessage) -> Int {
    var count = query.questions.reduce(0) { $0 + $1.name.utf8.count }
    for section in [query.answers, query.authority, query.additional] {
      for record in section { count += record.name.utf8.count + record.data.utf8.count }
    }
    return count
  }

  // MARK: Responses

  /// Takes a response to a query that waits; false where none does.
  private mutating func answer(
    _ response: DNSMessage, _ direction: Direction, _ findings: FindingList, _ end: Sighting,
    _ seen: ByteCounts, _ report: (ConversationReport) -> Void
  ) -> Bool {
    let asker = direction.opposite
    guard
      let place = pending.firstIndex(where: { $0.direction == asker && Self.matches($0.query, response) })
    else { return false }
    var entry = pending.remove(at: place)
    // An empty array keeps its memory, and most sockets ask one question.
    if pending.isEmpty { pending = [] }
    pendingTextByteCount -= entry.textByteCount
    entry.beginning.end = end
    entry.findings.append(findings)
    remember(entry, response)
    tell(entry, response: response, seen, report)
    return true
  }

  private func receiveFurther(
    _ response: DNSMessage, _ direction: Direction, _ findings: FindingList, _ beginning: Beginning,
    _ report: (ConversationReport) -> Void
  ) {
    var exchange = DNSExchange(query: nil, response: response, flavor: context.dns.flavor)
    var findings = findings
    if let earlier = lastAnswered(by: response, askedBy: direction.opposite) {
      exchange.follows = earlier.index
      note(earlier, response, direction, &findings)
    }
    tell(exchange, beginning, findings, beginning.seen, report)
  }

  /// Says what a further response is, unless it is as it should be.
  private func note(
    _ earlier: Answered, _ response: DNSMessage, _ direction: Direction, _ findings: inout FindingList
  ) {
    let type = earlier.question?.type
    guard type != "AXFR", type != "IXFR", context.dns.flavor == nil else { return }
    let isSame = Self.digest(of: response) == earlier.digest
    let detail = "the query of exchange \(earlier.index) is answered again"
    findings.append(
      isSame
        ? DNSProblem.responseRepeated.at(0, detail, in: direction)
        : DNSProblem.responseDiffers.at(0, detail + ", otherwise", in: direction))
  }

  private mutating func remember(_ entry: Pending, _ response: DNSMessage) {
    let limit = context.limits.dns.answeredQueryCount
    guard limit > 0 else { return }
    let new = Answered(
      index: entry.beginning.index, id: entry.query.id, question: entry.query.questions.first,
      direction: entry.direction, digest: Self.digest(of: response))
    if answered.count < limit {
      // Most sockets ask one question, and arrays begin with room for two.
      if answered.isEmpty { answered.reserveCapacity(1) }
      answered.append(new)
    } else {
      answered[oldestAnswered] = new
      oldestAnswered = (oldestAnswered + 1) % answered.count
    }
  }

  /// The latest answered query that the response would match.
  private func lastAnswered(by response: DNSMessage, askedBy asker: Direction) -> Answered? {
    var found: Answered?
    for entry in answered where entry.id == response.id && entry.direction == asker {
      guard Self.matches(entry.question, response.questions.first), entry.index > found?.index ?? -1 else {
        continue
      }
      found = entry
    }
    return found
  }

  // MARK: Comparing

  private static func matches(_ query: DNSMessage, _ response: DNSMessage) -> Bool {
    query.id == response.id && matches(query.questions.first, response.questions.first)
  }

  private static func isSame(_ query: DNSMessage, _ other: DNSMessage) -> Bool {
    query.id == other.id && query.opcode == other.opcode && query.questions == other.questions
  }

  /// Names are compared without regard to case (RFC 1035 §2.3.3); a response may leave the question out.
  private static func matches(_ asked: DNSQuestion?, _ answered: DNSQuestion?) -> Bool {
    guard let asked, let answered else { return true }
    return asked.type == answered.type && asked.class == answered.class
      && equalsIgnoringCase(asked.name, answered.name)
  }

  /// Of code and answers; neither their order nor their time to live counts.
  private static func digest(of response: DNSMessage) -> Int {
    var sum = response.rcode.hashValue
    for answer in response.answers {
      var hasher = Hasher()
      hasher.combine(answer.type)
      hasher.combine(answer.data)
      sum &+= hasher.finalize()
    }
    return sum
  }

  // MARK: Telling

  private func tell(
    _ entry: Pending, response: DNSMessage?, _ seen: ByteCounts, _ report: (ConversationReport) -> Void
  ) {
    let exchange = DNSExchange(query: entry.query, response: response, flavor: context.dns.flavor)
    tell(exchange, entry.beginning, entry.findings, seen, report)
  }

  private func tell(
    _ exchange: consuming DNSExchange, _ beginning: Beginning, _ findings: FindingList, _ seen: ByteCounts,
    _ report: (ConversationReport) -> Void
  ) {
    report(
      .exchange(
        ExchangeDraft(
          index: beginning.index, start: beginning.start, end: beginning.end, content: .dns(exchange),
          findings: findings.all, seen: seen)))
  }
}
