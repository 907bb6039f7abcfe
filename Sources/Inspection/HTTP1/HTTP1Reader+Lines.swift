import SessionEvents

// What is read line by line: start lines, fields, chunk sizes.
extension HTTP1Reader {
  func readStartLine(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Step? {
    let before = position
    let next = lines.next(bytes, &position, offset: offset, at: sighting, overflow: slide)
    stray(position - before, at: sighting)
    switch next {
    case .incomplete:
      return nil
    case .tooLong(let start):
      note(.lineTooLong, at: start, "a start line of more than \(limits.http1.lineByteCount) bytes")
      search(since: start)
      return nil
    case .line(let line):
      // Empty lines before a start line are passed over (RFC 9112 §2.2).
      if line.text.isEmpty {
        strayed = OpaqueTally()
        return nil
      }
      return begin(line, from: line.text.startIndex, at: sighting)
        ?? beginSearch(with: line, at: sighting)
    }
  }

  func search(
    since: UInt64, _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting
  ) -> Step? {
    let before = position
    let next = lines.next(bytes, &position, offset: offset, at: sighting, overflow: slide)
    stray(position - before, at: sighting)
    switch next {
    case .incomplete, .tooLong:
      return nil
    case .line(let line):
      if let step = findStart(in: line, since: since, at: sighting) { return step }
      giveUpIfTooFar(after: line)
      return nil
    }
  }

  /// Reads field lines to the end of the section, or of the bytes.
  func readFields(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Step? {
    guard var message else { preconditionFailure("fields without a message") }
    // All that the lines change stands on the stack meanwhile: what an object holds is checked for exclusive access each
    // time, which costs more than a short line.
    var (lines, section) = (lines, section)
    self.message = nil
    self.lines = HTTP1Lines(limit: 0)
    self.section = HTTP1FieldSection(limits: limits.http1, direction: direction)
    defer {
      self.message = message
      self.lines = lines
      self.section = section
    }
    message.last = sighting
    let start = position
    while position < bytes.count {
      switch lines.next(bytes, &position, offset: offset + UInt64(position - start), at: sighting) {
      case .incomplete: break
      case .tooLong(let place): message.findings.append(lineTooLong(place))
      case .line(let line):
        if !line.hasCarriageReturn, !message.findings.contains(HTTP1Problem.bareLF.rawValue) {
          message.findings.append(bareLF(line))
        }
        if line.text.isEmpty {
          message.fields = section.fields
          state = .awaitingFraming
          return .head
        }
        section.receive(line, &message.findings)
      }
    }
    return nil
  }

  func readTrailer(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) {
    guard let line = nextLine(bytes, &position, at: sighting) else { return }
    guard line.text.isEmpty else { return receiveField(line) }
    message?.trailers = section.fields
    for field in section.fields where HTTP1FieldNames.mustNotTrail(field.name) {
      note(.trailerForbidden, at: line.offset, "\(excerpt(field.name)) must not come in a trailer")
    }
    state = .ended(isComplete: true)
  }

  /// Reads `SIZE [;EXTENSIONS]` (RFC 9112 §7.1).
  func readChunkSize(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) {
    switch lines.next(bytes, &position, offset: offset, at: sighting) {
    case .incomplete:
      message?.last = sighting
    case .tooLong(let start):
      note(.lineTooLong, at: start, "a chunk size line of more than \(limits.http1.lineByteCount) bytes")
      breakOff()
    case .line(let line):
      message?.last = sighting
      noteLineEnd(line)
      guard let size = chunkSize(line) else {
        note(.chunkSizeInvalid, at: line.offset, "\(excerpt(line.text)) is no chunk size below 2^63")
        return breakOff()
      }
      if size > 0 {
        state = .chunk(size)
      } else {
        section = HTTP1FieldSection(limits: limits.http1, direction: direction)
        state = .trailers
      }
    }
  }

  /// Reads the line end behind a chunk's data.
  func readChunkEnd(
    _ hasCarriageReturn: Bool, _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting
  ) {
    switch bytes[position] {
    case UInt8(ascii: "\r") where !hasCarriageReturn:
      state = .chunkEnd(hasCarriageReturn: true)
    case UInt8(ascii: "\n"):
      if !hasCarriageReturn { note(.bareLF, at: offset, "a line feed without a carriage return") }
      state = .chunkSize
    default:
      note(.chunkEndMissing, at: offset, "the chunk is longer than its size says")
      return breakOff()
    }
    message?.last = sighting
    position += 1
  }

  /// The message cannot be read any further.
  func breakOff() {
    keepSection()
    mustSearch = true
    state = .ended(isComplete: false)
  }

  // MARK: Start lines

  /// While a start line is looked for, a long line is forgotten but for an end in which one may lie.
  private var slide: HTTP1Lines.Overflow { .slide(keeping: min(4_096, limits.http1.lineByteCount / 2)) }

  private func stray(_ byteCount: Int, at sighting: Sighting) {
    strayed.add(byteCount, in: direction, at: sighting)
  }

  /// Begins a message with the start line at an index of a line; nil where there is none.
  private func begin(_ line: HTTP1Lines.Line, from index: Int, at sighting: Sighting) -> Step? {
    var findings = FindingList(limit: limits.findingCount)
    findings.append(loose)
    let parsed = HTTP1StartLine.parse(line.text[index...], sentBy: direction.sender) {
      problem, place, detail in
      findings.append(problem.at(line.offset(at: place), detail, in: direction))
    }
    guard let parsed else { return nil }
    loose = FindingList(limit: limits.findingCount)
    strayed = OpaqueTally()
    message = HTTP1Message(
      line: parsed, start: line.sighting(at: index), offset: line.offset(at: index), last: sighting,
      findings: findings)
    meter.begin(codings: [], at: offset)
    noteLineEnd(line)
    section = HTTP1FieldSection(limits: limits.http1, direction: direction)
    // A request without a version has no header section (RFC 1945 §4.1).
    state = parsed.version == "0.9" ? .ended(isComplete: true) : .fields
    return .began
  }

  private func beginSearch(with line: HTTP1Lines.Line, at sighting: Sighting) -> Step? {
    let sender = direction == .clientToServer ? "request" : "response"
    note(.startLineInvalid, at: line.offset, "\(excerpt(line.text)) begins no \(sender)")
    search(since: line.offset)
    return findStart(in: line, since: line.offset, at: sighting)
  }

  private func findStart(in line: HTTP1Lines.Line, since: UInt64, at sighting: Sighting) -> Step? {
    guard let index = HTTP1StartLine.locate(in: line.text, sentBy: direction.sender) else { return nil }
    let start = line.offset(at: index)
    guard let step = begin(line, from: index, at: sighting) else { return nil }
    if start > since {
      note(.skipped, at: since, "\(start - since) bytes before this message belong to none")
    }
    return step
  }

  private func giveUpIfTooFar(after line: HTTP1Lines.Line) {
    let distance = line.offset - min(searchStart, line.offset)
    guard distance > limits.http1.resynchronisationByteCount else { return }
    note(.givenUp, at: searchStart, "no message begins in \(distance) bytes; the rest is not read")
    pass()
  }

  // MARK: Lines

  /// The next line of a section; nil where it is incomplete, or too long and left out.
  private func nextLine(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> HTTP1Lines.Line? {
    message?.last = sighting
    switch lines.next(bytes, &position, offset: offset, at: sighting) {
    case .incomplete:
      return nil
    case .tooLong(let start):
      message?.findings.append(lineTooLong(start))
      return nil
    case .line(let line):
      noteLineEnd(line)
      return line
    }
  }

  private func receiveField(_ line: HTTP1Lines.Line) {
    guard message != nil else { return }
    var findings = FindingList(limit: limits.findingCount)
    section.receive(line, &findings)
    if !findings.isEmpty { message?.findings.append(findings) }
  }

  /// A bare line feed ends a line too (RFC 9112 §2.2); one finding a message is enough.
  private func noteLineEnd(_ line: HTTP1Lines.Line) {
    guard !line.hasCarriageReturn, message?.findings.contains(HTTP1Problem.bareLF.rawValue) == false else {
      return
    }
    message?.findings.append(bareLF(line))
  }

  private func bareLF(_ line: HTTP1Lines.Line) -> Finding {
    HTTP1Problem.bareLF.at(
      line.offset(at: line.text.endIndex), "a line feed without a carriage return", in: direction)
  }

  private func lineTooLong(_ offset: UInt64) -> Finding {
    let detail = "a field line of more than \(limits.http1.lineByteCount) bytes is left out"
    return HTTP1Problem.lineTooLong.at(offset, detail, in: direction)
  }

  private func chunkSize(_ line: HTTP1Lines.Line) -> UInt64? {
    let text = line.text
    var size: UInt64 = 0
    var position = text.startIndex
    while position < text.endIndex, let digit = hexadecimalValue(text[position]) {
      guard size < 1 << 59 else { return nil }
      size = size << 4 | UInt64(digit)
      position += 1
    }
    guard position > text.startIndex else { return nil }
    let extensions = text[position...].trimmingWhitespace
    guard !extensions.isEmpty else {
      if position < text.endIndex { noteWhitespace(line.offset(at: position)) }
      return size
    }
    guard extensions.first == UInt8(ascii: ";") else { return nil }
    if extensions.startIndex > position { noteWhitespace(line.offset(at: position)) }
    if let bad = HTTP1ChunkExtensions.firstInvalid(in: extensions) {
      note(
        .chunkExtensionInvalid, at: line.offset(at: bad),
        "\(excerpt(extensions)) is no list of chunk extensions")
    }
    return size
  }

  private func noteWhitespace(_ offset: UInt64) {
    note(.chunkSizeWhitespace, at: offset, "white space after the chunk size")
  }
}
