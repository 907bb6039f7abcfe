import SessionEvents

// What single frames mean (RFC 9113 §6).
extension HTTP2Conversation {
  /// A DATA frame's header was read.
  func beginData(_ reader: HTTP2Reader, at sighting: Sighting, _ report: (ConversationReport) -> Void) {
    guard let frame = reader.frame else { return }
    let direction = reader.direction
    // What is said in bodies goes out at once.
    orient(by: nil)
    setDataStream(nil, of: direction)
    sent[direction] += UInt64(frame.byteCount)
    guard let stream = open[frame.stream] ?? streamWithoutHead(frame, in: direction, report) else {
      if !wasOpened(frame.stream) {
        let detail = "DATA on stream \(frame.stream), which is not open"
        noteLoose(HTTP2Problem.streamInvalid.at(frame.offset, detail, in: direction), at: sighting)
      }
      return checkConnectionWindow(frame, nil, in: direction, at: sighting)
    }
    stream.touch(sighting, in: reader.direction)
    checkConnectionWindow(frame, stream, in: direction, at: sighting)
    let window = settings(for: direction)?.initialWindow
    if stream.overruns(frame.byteCount, initialWindow: window, in: direction) {
      stream.note(
        .flowControl, at: frame.offset, in: direction, "the stream's flow-control window is overrun")
    }
    if stream.isOver(direction) {
      stream.note(.streamClosed, at: frame.offset, in: direction, "DATA behind the end of the message")
    } else {
      if !stream.message(direction).hasBegun { noteMissingHead(of: stream, frame, reader) }
      setDataStream(stream, of: direction)
    }
  }

  /// DATA comes where HEADERS should: they are missing, or their sender forgot them.
  private func noteMissingHead(of stream: HTTP2Stream, _ frame: HTTP2Frame, _ reader: HTTP2Reader) {
    guard reader.isPartial else {
      return stream.note(.frameMisplaced, at: frame.offset, in: reader.direction, "DATA before HEADERS")
    }
    stream.beginWithoutHead(reader.direction, at: frame.offset)
  }

  /// A part of a DATA frame's content came.
  func receiveData(
    _ bytes: [UInt8], _ range: Range<Int>, _ stream: HTTP2Stream, _ reader: HTTP2Reader,
    at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let direction = reader.direction
    stream.touch(sighting, in: reader.direction)
    stream.receiveData(
      bytes.span.extracting(range), at: sighting, of: reader.frameOffset, in: direction
    ) { found in
      report(.exchange(found.draft(index: context.takeIndex(), seen: stream.message(direction).seenAtHead)))
    }
    if let tunnel = stream.tunnel {
      var before = seen
      before[direction] -= UInt64(range.count)
      tunnel.receive(bytes, range, in: direction, at: sighting, seen: before, report: report)
    }
  }

  private func checkConnectionWindow(
    _ frame: HTTP2Frame, _ stream: HTTP2Stream?, in direction: Direction, at sighting: Sighting
  ) {
    guard !hasOverrun, settings(for: direction) != nil, sent[direction] > 65_535 + credit[direction] else {
      return
    }
    hasOverrun = true
    let detail = "the connection's flow-control window is overrun"
    note(HTTP2Problem.flowControl.at(frame.offset, detail, in: direction), on: stream, at: sighting)
  }

  func endFrame(_ reader: HTTP2Reader, at sighting: Sighting, _ report: (ConversationReport) -> Void) {
    guard let frame = reader.frame else { return }
    if reader.lacksSettings {
      let detail = "\(frame.type.name) comes first, where SETTINGS must"
      note(
        HTTP2Problem.settingsMissing.at(frame.offset, detail, in: reader.direction), on: open[frame.stream],
        at: sighting)
    }
    let flood = reader.direction == .clientToServer ? clientFloods.count(frame) : serverFloods.count(frame)
    if let flood { noteLoose(flood, at: sighting) }
    switch frame.type {
    case .data: endData(frame, reader, at: sighting, report)
    case .headers, .pushPromise: beginBlock(frame, reader, at: sighting, report)
    case .continuation: continueBlock(frame, reader, at: sighting, report)
    case .resetStream: resetStream(frame, reader, at: sighting, report)
    case .settings: receiveSettings(frame, reader, at: sighting)
    case .goAway: receiveGoAway(frame, reader, at: sighting)
    case .windowUpdate: receiveWindowUpdate(frame, reader, at: sighting)
    case .priority, .ping, .unknown:
      // Priorities are deprecated (RFC 9113 §5.3.2), PING says nothing, unknown types are ignored (§5.5).
      break
    }
  }

  /// Gives a finding to the stream that it concerns, else to the connection.
  func note(_ finding: Finding, on stream: HTTP2Stream?, at sighting: Sighting) {
    if let stream { stream.note(finding) } else { noteLoose(finding, at: sighting) }
  }

  private func endData(
    _ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting, _ report: (ConversationReport) -> Void
  ) {
    guard let stream = dataStream(of: reader.direction) else { return }
    setDataStream(nil, of: reader.direction)
    stream.touch(sighting, in: reader.direction)
    if frame.endsStream {
      endMessage(of: stream, reader.direction, isWhole: true, report)
      reportIfOver(stream, report)
    }
  }

  private func resetStream(
    _ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting, _ report: (ConversationReport) -> Void
  ) {
    guard let stream = open[frame.stream] else {
      // RFC 9113 §5.1: it may come late, on a stream that is closed.
      noteIdle(frame, in: reader.direction, at: sighting)
      return
    }
    stream.touch(sighting, in: reader.direction)
    let sender = reader.direction.sender.rawValue
    let code = reader.hasGap ? nil : number(reader.payload, at: 0)
    let name = code.map(http2ErrorName) ?? "an error that is missing from the capture"
    stream.note(.reset, at: frame.offset, in: reader.direction, "the \(sender) reset the stream: \(name)")
    cut(stream, report)
  }

  /// A stream that nobody opened can neither be reset nor get credit (RFC 9113 §6.4, §6.9).
  private func noteIdle(_ frame: HTTP2Frame, in direction: Direction, at sighting: Sighting) {
    guard !wasOpened(frame.stream), !mayLackFrames(ofOpenerOf: frame.stream) else { return }
    let detail = "\(frame.type.name) on stream \(frame.stream), which is not open"
    noteLoose(HTTP2Problem.streamInvalid.at(frame.offset, detail, in: direction), at: sighting)
  }

  private func receiveSettings(_ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting) {
    let direction = reader.direction
    if frame.isAcknowledgement { return acknowledgeSettings(by: reader) }
    let other = self.reader(of: direction.opposite)
    func note(_ detail: String) {
      noteLoose(HTTP2Problem.settingsInvalid.at(frame.offset, detail, in: direction), at: sighting)
    }
    var history = direction == .clientToServer ? clientSettings : serverSettings
    if reader.hasGap { history.lose() }
    history.receive(reader.hasGap ? [] : reader.payload, from: direction.sender, note: note)
    if history.pendingCount > context.limits.http2.settingsCount {
      _ = history.acknowledge()
      let detail = "more than \(context.limits.http2.settingsCount) SETTINGS are not acknowledged"
      if !loose.contains(HTTP2Problem.tooManySettings.rawValue) {
        noteLoose(HTTP2Problem.tooManySettings.at(frame.offset, detail, in: direction), at: sighting)
      }
    }
    if direction == .clientToServer { clientSettings = history } else { serverSettings = history }
    if reader.hasGap {
      other.maxFrameSize = nil
      other.decoder.allowedCapacity = nil
    } else if other.maxFrameSize != nil {
      other.maxFrameSize = history.maxFrameSize
    }
  }

  /// The sender of an acknowledgement keeps to the other's settings from here on (RFC 9113 §6.5.3).
  private func acknowledgeSettings(by reader: HTTP2Reader) {
    var history = reader.direction == .clientToServer ? serverSettings : clientSettings
    guard history.acknowledge() else {
      // The other side's settings were not seen: it may have allowed anything.
      reader.maxFrameSize = nil
      reader.decoder.allowedCapacity = nil
      return
    }
    if reader.direction == .clientToServer { serverSettings = history } else { clientSettings = history }
    if reader.maxFrameSize != nil {
      reader.maxFrameSize = history.maxFrameSize
      reader.decoder.allowedCapacity = history.acknowledged.headerTableSize
    }
  }

  private func receiveGoAway(_ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting) {
    guard !reader.hasGap, let last = number(reader.payload, at: 0), let code = number(reader.payload, at: 4)
    else { return }
    let lastStream = last & 0x7fff_ffff
    let sender = reader.direction.sender.rawValue
    let text = "the \(sender) goes away: \(http2ErrorName(code)), last stream \(lastStream)"
    let finding = HTTP2Problem.goAway.at(frame.offset, text, in: reader.direction)
    let concerned = open.values.filter { stream in
      code != 0 || (stream.id > lastStream && (stream.id % 2 == 1) == (reader.direction == .serverToClient))
    }
    // Telling all streams takes time: no honest side does it often.
    guard goAwayCount < 16 else { return }
    if code != 0 || !concerned.isEmpty { goAwayCount += 1 }
    for stream in concerned { stream.note(finding) }
    // Without an error it is how a connection ends in order (RFC 9113 §6.8).
    if concerned.isEmpty, code != 0 { noteLoose(finding, at: sighting) }
  }

  private func receiveWindowUpdate(_ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting) {
    guard !reader.hasGap, let number = number(reader.payload, at: 0) else {
      if reader.direction == .clientToServer { clientSettings.lose() } else { serverSettings.lose() }
      return
    }
    let increment = number & 0x7fff_ffff
    let sender = reader.direction.opposite
    let stream = open[frame.stream]
    if frame.stream != 0, stream == nil { noteIdle(frame, in: reader.direction, at: sighting) }
    var total = UInt64(increment)
    if frame.stream == 0 {
      credit[sender] &+= UInt64(increment)
      total = credit[sender] + 65_535 - min(sent[sender], credit[sender] + 65_535)
    } else if let stream {
      stream.addCredit(increment, to: sender)
    }
    let detail =
      increment == 0
      ? "WINDOW_UPDATE by 0" : total > 0x7fff_ffff ? "the flow-control window grows beyond 2^31-1" : nil
    guard let detail else { return }
    note(
      HTTP2Problem.windowUpdateInvalid.at(frame.offset, detail, in: reader.direction), on: stream,
      at: sighting)
  }

  private func number(_ payload: [UInt8], at position: Int) -> UInt32? {
    var reader = ByteReader(payload, position..<position + 4)
    return reader.uint32()
  }
}
