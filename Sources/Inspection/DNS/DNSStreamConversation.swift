import SessionEvents

/// DNS over TCP: messages with two bytes of length in front (RFC 1035 §4.2.2, RFC 7766 §8).
final class DNSStreamConversation: Conversation {
  private let context: SessionContext
  private var transactions: DNSTransactions
  private var client: DNSFraming
  private var server: DNSFraming
  private var seen = ByteCounts()
  private var rest = OpaqueTally()
  private var loose: FindingList

  init(_ context: SessionContext) {
    self.context = context
    transactions = DNSTransactions(context)
    client = DNSFraming()
    server = DNSFraming()
    loose = FindingList(limit: context.limits.findingCount)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    while position < bytes.count {
      let before = position
      let frame = withFraming(direction) { $0.next(bytes, &position, at: sighting) }
      seen[direction] += UInt64(position - before)
      switch frame {
      case .incomplete: break
      case .passed: rest.add(position - before, in: direction, at: sighting)
      case .empty(let offset):
        loose.append(DNSProblem.emptyMessage.at(offset, "a message of no bytes", in: direction))
      case .message(let message):
        read(message, in: direction, to: sighting, FindingList(limit: context.limits.findingCount), report)
      }
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    let offset = withFraming(direction) { $0.offset }
    let gap = CommonProblem.gap.at(offset, "\(byteCount) bytes are missing from the capture", in: direction)
    let (cut, isLost) = withFraming(direction) { $0.skip(byteCount) }
    if isLost {
      loose.append(DNSProblem.givenUp.at(offset, "messages cannot be told apart behind a gap", in: direction))
    }
    guard let cut else { return loose.append(gap) }
    var findings = FindingList(limit: context.limits.findingCount)
    findings.append(gap)
    read(cut, in: direction, to: cut.last, findings, report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    guard let cut = withFraming(direction, { $0.finish() }) else { return }
    read(cut, in: direction, to: cut.last, FindingList(limit: context.limits.findingCount), report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    for direction in Direction.allCases { halfClose(direction, report: report) }
    transactions.close(seen: seen, report: report)
    if let draft = rest.draft(index: context.takeIndex(), findings: loose.all, seen: seen) {
      report(.exchange(draft))
    }
  }

  private func withFraming<Result>(_ direction: Direction, _ body: (inout DNSFraming) -> Result) -> Result {
    switch direction {
    case .clientToServer: body(&client)
    case .serverToClient: body(&server)
    }
  }

  private func read(
    _ frame: DNSFraming.Message, in direction: Direction, to end: Sighting, _ findings: FindingList,
    _ report: (ConversationReport) -> Void
  ) {
    var reader = DNSMessageReader(
      frame.bytes, frame.range, offset: frame.offset, direction: direction, limits: context.limits,
      flavor: context.dns.flavor)
    let message = reader.message()
    var findings = findings
    findings.append(reader.findings)
    if let message {
      transactions.receive(
        message, in: direction, findings: findings, from: frame.start, to: end, seen: seen, report: report)
    } else {
      loose.append(findings)
      rest.add(frame.range.count, in: direction, at: end)
    }
  }
}

/// Cuts one direction's stream into messages.
struct DNSFraming {
  struct Message {
    var bytes: [UInt8]
    var range: Range<Int>
    /// Of the message's first byte, behind its length.
    var offset: UInt64
    /// When the first byte of its length was seen.
    var start: Sighting
    var last: Sighting
  }

  enum Frame {
    case incomplete
    case message(Message)
    /// A length of zero, at this stream offset.
    case empty(UInt64)
    /// Bytes passed over, behind a gap.
    case passed
  }

  private enum State {
    case length
    case secondLengthByte(high: UInt8)
    /// So many bytes of the message are still to come.
    case message(rest: Int)
    /// So many bytes of a message that was cut are passed over.
    case cut(rest: Int)
    case lost
  }

  private var state: State = .length
  private var buffer: [UInt8] = []
  private var start: Sighting?
  private var last: Sighting?
  /// The stream offset of the next byte.
  private(set) var offset: UInt64 = 0

  /// Takes bytes from `position` on, up to the end of a message.
  mutating func next(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Frame {
    let before = position
    defer { offset += UInt64(position - before) }
    last = sighting
    switch state {
    case .length:
      start = sighting
      state = .secondLengthByte(high: bytes[position])
      position += 1
      return .incomplete
    case .secondLengthByte(let high):
      let count = Int(high) << 8 | Int(bytes[position])
      position += 1
      state = count == 0 ? .length : .message(rest: count)
      return count == 0 ? .empty(offset - 1) : .incomplete
    case .message(let rest):
      return takeMessage(rest, bytes, &position, at: sighting)
    case .cut(let rest):
      let count = min(rest, bytes.count - position)
      position += count
      state = count == rest ? .length : .cut(rest: rest - count)
      return .passed
    case .lost:
      position = bytes.count
      return .passed
    }
  }

  /// So many bytes are missing: gives the message that they cut, and whether the next one cannot be found.
  mutating func skip(_ byteCount: UInt64) -> (Message?, isLost: Bool) {
    let cut = unfinished()
    defer { offset += byteCount }
    switch state {
    case .message(let rest) where byteCount == UInt64(rest), .cut(let rest) where byteCount == UInt64(rest):
      state = .length
    case .message(let rest) where byteCount < UInt64(rest), .cut(let rest) where byteCount < UInt64(rest):
      state = .cut(rest: rest - Int(byteCount))
    case .lost:
      return (nil, false)
    case .length, .secondLengthByte, .message, .cut:
      state = .lost
    }
    buffer = []
    if case .lost = state { return (cut, true) }
    return (cut, false)
  }

  /// No more bytes will come: gives what there is of a message.
  mutating func finish() -> Message? {
    defer {
      state = .lost
      buffer = []
    }
    return unfinished()
  }

  private func unfinished() -> Message? {
    guard case .message = state, !buffer.isEmpty, let start, let last else { return nil }
    return Message(
      bytes: buffer, range: 0..<buffer.count, offset: offset - UInt64(buffer.count), start: start, last: last)
  }

  private mutating func takeMessage(
    _ rest: Int, _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting
  ) -> Frame {
    let count = min(rest, bytes.count - position)
    let range = position..<position + count
    position += count
    guard count == rest else {
      buffer += bytes[range]
      state = .message(rest: rest - count)
      return .incomplete
    }
    state = .length
    let began = start ?? sighting
    if buffer.isEmpty {
      return .message(Message(bytes: bytes, range: range, offset: offset, start: began, last: sighting))
    }
    buffer += bytes[range]
    let whole = buffer
    buffer = []
    return .message(
      Message(
        bytes: whole, range: 0..<whole.count, offset: offset - UInt64(whole.count - count), start: began,
        last: sighting))
  }
}
