import SessionEvents

/// HTTP/1 in one session: pairs requests with responses, in order (RFC 9112 §9.3).
final class HTTP1Conversation: Conversation {
  let context: SessionContext
  let requests: HTTP1Reader
  let responses: HTTP1Reader
  /// Exchanges that have begun and are not reported, in order.
  var waiting: [HTTP1Pending] = []
  /// Whose request is being read.
  var asking: HTTP1Pending?
  /// Whose response is being read.
  var answering: HTTP1Pending?
  /// A request whose answer decides what the client's next bytes are.
  var offer: HTTP1Offer?
  /// A CONNECT that is taken as accepted although no answer came.
  var assumedTunnel: HTTP1Pending?
  /// Bytes that belong to no message.
  private var rest = OpaqueTally()
  /// What both sides speak since they left HTTP/1.
  var successor: NestedConversation?

  init(_ context: SessionContext) {
    self.context = context
    requests = HTTP1Reader(context.environment, direction: .clientToServer)
    responses = HTTP1Reader(context.environment, direction: .serverToClient)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    let reader = reader(of: direction)
    while true {
      if direction == .clientToServer, offer != nil {
        guard hold(bytes, &position, at: sighting) else { return }
        settleUnanswered(report)
        continue
      }
      let step = reader.advance(bytes, &position, at: sighting) { found in
        report(.exchange(found.draft(index: context.takeIndex(), seen: reader.seenAtHead)))
      }
      if case .more = step { return }
      if case .passed(let count) = step, let successor {
        // All of the bytes that are left.
        successor.receive(bytes, from: position - count, in: direction, at: sighting) {
          HTTP1Conversation.pass($0, on: report)
        }
      } else {
        handle(step, of: reader, at: sighting, report)
      }
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    if direction == .clientToServer, offer != nil {
      if hold(.gap(sighting, byteCount)) { settleUnanswered(report) }
      return
    }
    successor?.skip(byteCount, in: direction, at: sighting) { HTTP1Conversation.pass($0, on: report) }
    reader(of: direction).skip(byteCount)
    receive([], from: 0, in: direction, at: sighting, report: report)
    if direction == .serverToClient, responses.isSearching {
      for pending in waiting where !pending.isAnswered { pending.mayHaveLostResponse = true }
    }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if direction == .clientToServer, offer != nil {
      if hold(.halfClosed) { settleUnanswered(report) }
      return
    }
    successor?.halfClose(direction) { HTTP1Conversation.pass($0, on: report) }
    finish(direction, inOrder: true, report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    while offer != nil { settleUnanswered(report) }
    for direction in Direction.allCases { finish(direction, inOrder: end == .fin, report) }
    successor?.close(end) { HTTP1Conversation.pass($0, on: report) }
    for pending in waiting { self.report(pending, report) }
    waiting = []
    var findings = FindingList(limit: context.limits.findingCount)
    for reader in [requests, responses] {
      rest.add(reader.strayed)
      findings.append(reader.loose)
    }
    if let draft = rest.draft(index: context.takeIndex(), findings: findings.all, seen: seen) {
      report(.exchange(draft))
    }
  }

  // MARK: Steps

  private func reader(of direction: Direction) -> HTTP1Reader {
    switch direction {
    case .clientToServer: requests
    case .serverToClient: responses
    }
  }

  var seen: ByteCounts { ByteCounts(client: requests.seen, server: responses.seen) }

  private func finish(_ direction: Direction, inOrder: Bool, _ report: (ConversationReport) -> Void) {
    let reader = reader(of: direction)
    let step = reader.finish(inOrder: inOrder)
    if case .more = step { return }
    handle(step, of: reader, at: reader.message?.last, report)
    if case .began = step { handle(.ended, of: reader, at: reader.message?.last, report) }
  }

  private func handle(
    _ step: HTTP1Reader.Step, of reader: HTTP1Reader, at sighting: Sighting?,
    _ report: (ConversationReport) -> Void
  ) {
    switch (step, reader.direction) {
    case (.more, _): break
    case (.passed(let count), let direction):
      if let sighting { rest.add(count, in: direction, at: sighting) }
    case (.began, .clientToServer): beginRequest(report)
    case (.head, .clientToServer): readRequestHead()
    case (.ended, .clientToServer): endRequest(report)
    case (.began, .serverToClient): beginResponse(report)
    case (.head, .serverToClient): readResponseHead()
    case (.ended, .serverToClient): endResponse(report)
    }
  }

  // MARK: Requests

  private func beginRequest(_ report: (ConversationReport) -> Void) {
    guard let message = requests.message else { return }
    if waiting.count >= context.limits.http1.pendingExchangeCount { dropOldest(report) }
    let pending = HTTP1Pending(index: context.takeIndex(), start: message.start, limits: context.limits)
    if case .request(let method, _, _) = message.line { pending.method = method }
    waiting.append(pending)
    asking = pending
  }

  private func readRequestHead() {
    guard let message = requests.message else { return }
    let fields = HTTP1FramingFields(message.fields)
    let end = requests.offset
    var framing = fields.framing(of: message.line) { requests.note($0, at: end, $1) }
    fields.judgeRequest(message.line, framing) { requests.note($0, at: end, $1) }
    requests.message?.host = fields.hosts.first
    if asking?.isConnect == true { framing = .none }
    asking?.asksForUpgrade = !fields.upgrades.isEmpty
    requests.begin(
      framing, codings: fields.contentCodings,
      audience: audience(of: message, framing, asking, in: .clientToServer))
  }

  private func endRequest(_ report: (ConversationReport) -> Void) {
    guard let message = requests.takeMessage(), let pending = asking else { return }
    asking = nil
    pending.receiveRequest(message, isSecured: context.isSecured)
    if message.isComplete, !pending.isAnswered, pending.isConnect || pending.asksForUpgrade {
      offer = HTTP1Offer(pending)
    }
    reportIfDone(pending, report)
  }

  private func dropOldest(_ report: (ConversationReport) -> Void) {
    let oldest = waiting.removeFirst()
    oldest.note(
      .tooManyPending, at: requests.offset, in: .clientToServer,
      "more than \(context.limits.http1.pendingExchangeCount) requests wait for responses")
    if answering === oldest { answering = nil }
    self.report(oldest, report)
  }

  // MARK: Responses

  private func beginResponse(_ report: (ConversationReport) -> Void) {
    guard let message = responses.message else { return }
    dropUnanswerable(report)
    if let pending = waiting.first(where: { !$0.isAnswered }) {
      answering = pending
    } else {
      let pending = HTTP1Pending(index: context.takeIndex(), start: message.start, limits: context.limits)
      pending.isAsked = true
      pending.wasUnasked = true
      waiting.append(pending)
      answering = pending
    }
  }

  /// A server may say by itself that it waits no longer (RFC 9110 §15.5.9); anything else that nobody asked for is a
  /// second answer, or one that was smuggled in.
  private func noteIfUnasked(_ code: Int) {
    guard let answering, answering.wasUnasked, code != 408, requests.seen > 0 else { return }
    // Nor is the order of what a lossy capture shows certain.
    guard requests.isWhole, responses.isWhole else { return }
    responses.note(
      .responseUnasked, at: responses.message?.offset ?? 0, "no request waits for this response")
  }

  /// Behind a gap, a response answers a request that came after it, if there is one.
  private func dropUnanswerable(_ report: (ConversationReport) -> Void) {
    guard let last = waiting.last, !last.mayHaveLostResponse else {
      for pending in waiting { pending.mayHaveLostResponse = false }
      return
    }
    while let pending = waiting.first(where: \.mayHaveLostResponse) {
      pending.mayHaveLostResponse = false
      pending.note(
        .responseLost, at: responses.offset, in: .serverToClient, "the response lies in a gap of the capture")
      pending.isAnswered = true
      reportIfDone(pending, report)
      if offer?.pending === pending { settleUnanswered(report) }
    }
  }

  private func readResponseHead() {
    guard let message = responses.message, case .status(_, let code, _) = message.line else { return }
    let fields = HTTP1FramingFields(message.fields)
    let end = responses.offset
    let hasNoBody =
      code < 200 || code == 204 || code == 304 || answering?.isHead == true
      || (answering?.isConnect == true && code < 300)
    let framing: HTTP1Framing =
      hasNoBody ? .none : fields.framing(of: message.line) { responses.note($0, at: end, $1) }
    fields.judgeResponse(code) { responses.note($0, at: end, $1) }
    noteIfUnasked(code)
    responses.begin(
      framing, codings: fields.contentCodings,
      audience: audience(of: message, framing, answering, in: .serverToClient))
  }

  private func endResponse(_ report: (ConversationReport) -> Void) {
    guard let message = responses.takeMessage() else { return }
    // Its exchange was already reported, for a limit's sake.
    guard let pending = answering else { return }
    answering = nil
    guard case .status(_, let code, _) = message.line else { return }
    if (100..<200).contains(code), code != 101, message.isComplete {
      return pending.receiveInterim(message)
    }
    pending.receiveResponse(message)
    if code == 101 || (pending.isConnect && (200..<300).contains(code)) {
      leaveHTTP1(after: pending, message.fields, report)
    } else {
      noteRefusal(of: pending)
      reportIfDone(pending, report)
      settleRefused(pending, report)
    }
  }

  // MARK: Bodies

  /// Who reads the body behind a head, if anybody does.
  private func audience(
    of message: HTTP1Message, _ framing: HTTP1Framing, _ pending: HTTP1Pending?, in direction: Direction
  ) -> BodyAudience? {
    guard framing.mayHaveBody, let pending else { return nil }
    reader(of: direction).seenAtHead = seen
    let head = BodyHead(
      session: context.session, index: pending.index, direction: direction, fields: message.fields)
    return BodyAudience(head, environment: context.environment)
  }

  // MARK: Reporting

  func reportIfDone(_ pending: HTTP1Pending, _ report: (ConversationReport) -> Void) {
    guard pending.isAsked, pending.isAnswered else { return }
    if let index = waiting.firstIndex(where: { $0 === pending }) { waiting.remove(at: index) }
    self.report(pending, report)
  }

  private func report(_ pending: HTTP1Pending, _ report: (ConversationReport) -> Void) {
    if let dns = pending.dnsDraft(index: context.takeIndex(), seen: seen) { report(.exchange(dns)) }
    report(.exchange(pending.draft(seen: seen)))
  }
}
