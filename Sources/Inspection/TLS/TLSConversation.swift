import SessionEvents

/// The conversation of a session seen encrypted: what of its handshake is in the clear, and how much is not.
///
/// Each ClientHello is an exchange, told at once; so is a ServerHello that asks for another one. What the server chose
/// and showed is one exchange together with the alerts and the count of records, told when the session closes.
final class TLSConversation: Conversation {
  private let context: SessionContext
  private var client: TLSRecordReader
  private var server: TLSRecordReader
  private var seen = ByteCounts()
  /// When anything was seen at all.
  private var tally = OpaqueTally()
  private var helloCount = 0
  /// What was found wrong of the client's bytes before its hello was told.
  private var helloFindings: FindingList
  private var answer: TLSAnswer

  init(_ context: SessionContext) {
    self.context = context
    client = TLSRecordReader(.clientToServer, limits: context.limits)
    server = TLSRecordReader(.serverToClient, limits: context.limits)
    helloFindings = FindingList(limit: context.limits.findingCount)
    answer = TLSAnswer(limits: context.limits, digests: context.environment.services.digests)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    tally.add(bytes.count - start, in: direction, at: sighting)
    while position < bytes.count {
      let before = position
      let event = withReader(direction) { $0.next(bytes, &position, at: sighting) }
      seen[direction] += UInt64(position - before)
      handle(event, in: direction, at: sighting, report)
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    let offset = withReader(direction) { $0.offset }
    note(CommonProblem.gap.at(offset, "\(byteCount) bytes are missing from the capture", in: direction))
    answer.isComplete = false
    if let cut = withReader(direction, { $0.skip(byteCount) }) { handle(cut, in: direction, report) }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if let cut = withReader(direction, { $0.finish() }) { handle(cut, in: direction, report) }
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    for direction in Direction.allCases { halfClose(direction, report: report) }
    if helloCount == 0 { answer.findings.append(helloFindings) }
    answer.facts.records = TLSRecordCounts(client: client.counts, server: server.counts)
    guard let first = tally.first, let last = tally.last else { return }
    if client.recordCount + server.recordCount == 0 {
      if let draft = tally.draft(index: context.takeIndex(), findings: answer.findings.all, seen: seen) {
        report(.exchange(draft))
      }
    } else if answer.place != nil || answer.hasRecords || !answer.findings.isEmpty || helloCount == 0 {
      let place = answer.place ?? TLSAnswer.Place(index: context.takeIndex(), start: first, end: last)
      report(.exchange(answer.draft(at: place, seen: seen)))
    }
  }

  // MARK: Events

  private func withReader<Result>(_ direction: Direction, _ body: (inout TLSRecordReader) -> Result) -> Result
  {
    switch direction {
    case .clientToServer: body(&client)
    case .serverToClient: body(&server)
    }
  }

  private func handle(
    _ event: TLSRecordReader.Event, in direction: Direction, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    switch event {
    case .nothing:
      break
    case .handshake(let message):
      handle(message, in: direction, report)
    case .oldHello(let message):
      tellOldHello(message, report)
    case .alert(let level, let code, let start):
      place(from: start, to: sighting)
      let offset = withReader(direction) { $0.offset } - 2
      answer.add(TLSAlert(sender: direction.sender, level: level, code: code), at: offset, in: direction)
    case .changeCipherSpec(let cut):
      if let cut { handle(cut, in: direction, report) }
      if answer.place != nil { place(from: sighting, to: sighting) }
      if direction == .serverToClient { answer.finishServerFlight() }
    case .problem(let problem, let offset, let detail):
      note(problem.at(offset, detail, in: direction))
    }
  }

  private func handle(
    _ message: TLSHandshakeMessage, in direction: Direction, _ report: (ConversationReport) -> Void
  ) {
    switch (direction, message.type) {
    case (.clientToServer, 1):
      tellHello(message, report)
    case (.serverToClient, 2):
      receiveServerHello(message, report)
    case (_, 11):
      place(from: message.start, to: message.end)
      answer.addCertificates(message, from: direction)
    case (_, let type):
      place(from: message.start, to: message.end)
      if direction == .serverToClient { answer.addServerMessage(ofType: type) }
    }
  }

  /// Whatever is wrong is told with the next thing that is: the hello, if there was none yet.
  private func note(_ finding: Finding) {
    if finding.direction == .clientToServer, helloCount == 0 {
      helloFindings.append(finding)
    } else {
      answer.findings.append(finding)
    }
  }

  private func place(from start: Sighting, to end: Sighting) {
    if answer.place == nil {
      answer.place = TLSAnswer.Place(index: context.takeIndex(), start: start, end: end)
    }
    answer.place?.end = end
  }

  // MARK: Hellos

  private func tellHello(_ message: TLSHandshakeMessage, _ report: (ConversationReport) -> Void) {
    guard let hello = ClientHello(handshake: message.bytes) else { return }
    if message.isWhole {
      for finding in hello.findings(at: message.offset) { helloFindings.append(finding) }
    } else {
      let detail = "\(message.bytes.count) bytes of the ClientHello can be read"
      helloFindings.append(TLSProblem.helloIncomplete.at(message.offset, detail, in: .clientToServer))
    }
    // The fingerprint of a part would be taken for another program's.
    let digests = message.isWhole ? context.environment.services.digests : nil
    tell(TLSHelloFacts(hello, digests: digests), message, report)
  }

  private func tellOldHello(_ message: TLSHandshakeMessage, _ report: (ConversationReport) -> Void) {
    guard let hello = SSL2Hello(message.bytes) else { return }
    tell(TLSHelloFacts(hello), message, report)
  }

  private func tell(
    _ facts: TLSHelloFacts, _ message: TLSHandshakeMessage, _ report: (ConversationReport) -> Void
  ) {
    helloCount += 1
    if helloCount == 1 { report(.hello(facts)) }
    let draft = ExchangeDraft(
      index: context.takeIndex(), start: message.start, end: message.end, content: .tlsHello(facts),
      findings: helloFindings.all, seen: seen)
    helloFindings = FindingList(limit: context.limits.findingCount)
    report(.exchange(draft))
  }

  private func receiveServerHello(_ message: TLSHandshakeMessage, _ report: (ConversationReport) -> Void) {
    guard let hello = ServerHello(handshake: message.bytes) else { return }
    guard hello.isRetryRequest else {
      place(from: message.start, to: message.end)
      return answer.take(hello, message)
    }
    var retry = TLSAnswer(limits: context.limits, digests: context.environment.services.digests)
    retry.take(hello, message)
    let place = TLSAnswer.Place(index: context.takeIndex(), start: message.start, end: message.end)
    report(.exchange(retry.draft(at: place, seen: seen)))
  }
}

extension ClientHello {
  /// What is wrong with a hello whose message begins at `offset` of the client's stream.
  func findings(at offset: UInt64) -> [Finding] {
    guard let malformation else { return [] }
    let detail = "\(malformation.part) cannot be read at byte \(malformation.offset) of the message"
    return [TLSProblem.helloMalformed.at(offset, detail, in: .clientToServer)]
  }
}
