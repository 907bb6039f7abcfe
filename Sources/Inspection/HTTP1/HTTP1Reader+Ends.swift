import SessionEvents

// What happens when bytes are missing, or no more come.
extension HTTP1Reader {
  /// Whether the reader does not know what the next bytes are.
  var isSearching: Bool {
    if case .searching = state { return true }
    return mustSearch
  }

  /// So many bytes of the stream will never come.
  func skip(_ byteCount: UInt64) {
    guard byteCount > 0 else { return }
    defer { offset += byteCount }
    switch state {
    case .body(let rest):
      noteGap(byteCount)
      meter.skip(min(byteCount, rest))
      if byteCount > rest { return breakOff() }
      state = byteCount == rest ? .ended(isComplete: true) : .body(rest - byteCount)
    case .chunk(let rest):
      noteGap(byteCount)
      meter.skip(min(byteCount, rest))
      if byteCount > rest { return breakOff() }
      state = byteCount == rest ? .chunkEnd(hasCarriageReturn: false) : .chunk(rest - byteCount)
    case .untilClose:
      noteGap(byteCount)
      meter.skip(byteCount)
    case .fields, .chunkSize, .chunkEnd, .trailers:
      noteGap(byteCount)
      breakOff()
    case .startLine:
      noteGap(byteCount)
      lines.reset()
      search(since: offset + byteCount)
    case .searching:
      noteGap(byteCount)
      lines.reset()
      searchStart = offset + byteCount
    case .passing:
      break
    case .awaitingFraming, .ended:
      preconditionFailure("the conversation did not go on")
    }
  }

  /// No more bytes will come; `inOrder` where the sender said so itself.
  func finish(inOrder: Bool) -> Step {
    switch state {
    case .startLine:
      return finishStartLine()
    case .untilClose:
      state = .ended(isComplete: inOrder)
      return .ended
    case .fields, .trailers:
      keepSection()
      state = .ended(isComplete: false)
      return .ended
    case .body, .chunkSize, .chunk, .chunkEnd:
      state = .ended(isComplete: false)
      return .ended
    case .searching, .passing:
      return .more
    case .awaitingFraming, .ended:
      preconditionFailure("the conversation did not go on")
    }
  }

  /// Ends a message where it is, because what follows is something else; nil where there is none.
  func interrupt() -> HTTP1Message? {
    guard message != nil else { return nil }
    keepSection()
    state = .ended(isComplete: false)
    return takeMessage()
  }

  /// Keeps what an unfinished start line says, if it is plainly one.
  private func finishStartLine() -> Step {
    guard let line = lines.unfinished else { return .more }
    let parsed = HTTP1StartLine.parse(line.text, sentBy: direction.sender) { _, _, _ in }
    guard let parsed else { return .more }
    message = HTTP1Message(
      line: parsed, start: line.start, offset: line.offset, last: strayed.last ?? line.start, findings: loose)
    strayed = OpaqueTally()
    lines.reset()
    meter.begin(codings: [], at: offset)
    state = .ended(isComplete: false)
    return .began
  }

  /// Gives the message the fields of a section that has not come to its end.
  func keepSection() {
    switch state {
    case .fields: message?.fields = section.fields
    case .trailers: message?.trailers = section.fields
    case .startLine, .searching, .awaitingFraming, .body, .untilClose, .chunkSize, .chunk, .chunkEnd, .ended,
      .passing:
      break
    }
  }

  private func noteGap(_ byteCount: UInt64) {
    let finding = CommonProblem.gap.at(
      offset, "\(byteCount) bytes are missing from the capture", in: direction)
    if message != nil {
      message?.hasGap = true
      message?.findings.append(finding)
    } else {
      loose.append(finding)
    }
  }
}
