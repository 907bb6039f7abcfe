import SessionEvents

/// A message, or a control frame, that has begun.
final class WebSocketPending {
  /// The most that a control frame may have (RFC 6455 §5.5).
  static let mostControlBytes: UInt64 = 125

  let index: Int
  let opcode: UInt8
  let start: Sighting
  /// Of its last byte.
  var end: Sighting
  /// Where its first frame began.
  let offset: UInt64
  let direction: Direction
  var fragmentCount = 1
  private(set) var findings: FindingList
  private let meter: WebSocketMeter
  private var hasGap = false
  /// Of a close frame.
  private var kept: [UInt8] = []

  init(
    _ frame: WebSocketFrame, index: Int, in direction: Direction, meter: WebSocketMeter,
    limits: InspectionLimits
  ) {
    self.index = index
    self.direction = direction
    self.meter = meter
    opcode = frame.opcode
    start = frame.start
    end = frame.start
    offset = frame.offset
    findings = FindingList(limit: limits.findingCount)
  }

  private var isClose: Bool { opcode == 8 }

  func note(_ problem: WebSocketProblem, at offset: UInt64, _ detail: String) {
    findings.append(problem.at(offset, detail, in: direction))
  }

  func note(_ finding: Finding) {
    findings.append(finding)
  }

  func note(_ other: FindingList) {
    findings.append(other)
  }

  func update(_ bytes: Span<UInt8>, at sighting: Sighting) {
    end = sighting
    meter.update(bytes)
    guard isClose else { return }
    let room = max(0, Int(WebSocketPending.mostControlBytes) - kept.count)
    for index in 0..<min(room, bytes.count) { kept.append(bytes[index]) }
  }

  func skip(_ byteCount: UInt64) {
    hasGap = true
    meter.skip(byteCount)
  }

  /// Ends it; `isWhole` where its last byte came.
  func finish(isWhole: Bool) -> WebSocketMessage {
    let isComplete = isWhole && !hasGap
    let measure = meter.finish(isComplete: isComplete)
    if let trouble = measure.trouble {
      findings.append(
        Finding(code: trouble.code, offset: offset, detail: trouble.detail, direction: direction))
    }
    if !measure.isValidText { note(.textInvalid, at: offset, "the text is no UTF-8") }
    var message = WebSocketMessage(
      sender: direction.sender, opcode: opcode, body: measure.body, fragmentCount: fragmentCount,
      excerpt: measure.excerpt, isComplete: isComplete)
    if isClose, isComplete { readClose(into: &message) }
    return message
  }

  /// Code and reason of a close frame (RFC 6455 §5.5.1, §7.4).
  private func readClose(into message: inout WebSocketMessage) {
    message.excerpt = []
    guard !kept.isEmpty else { return }
    guard kept.count >= 2 else {
      return note(.closeCodeInvalid, at: offset, "a close frame of one byte has no code")
    }
    let code = UInt16(kept[0]) << 8 | UInt16(kept[1])
    message.closeCode = code
    message.excerpt = Array(kept[2...])
    if !WebSocketPending.mayBeSent(code) {
      note(.closeCodeInvalid, at: offset, "the close code \(code) must not be sent")
    }
    var text = UTF8Check()
    text.update(message.excerpt.span)
    if !text.isWhole, message.body.byteCount <= WebSocketPending.mostControlBytes {
      note(.textInvalid, at: offset, "the reason of the close frame is no UTF-8")
    }
  }

  /// RFC 6455 §7.4, with what IANA's registry has added since.
  private static func mayBeSent(_ code: UInt16) -> Bool {
    switch code {
    case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
    default: false
    }
  }
}
