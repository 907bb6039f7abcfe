import SessionEvents

// Where frames are looked for: behind gaps, and where the capture begins in the midst of a connection.
extension HTTP2Conversation {
  /// Whether the first byte of a direction shows that the connection began before, or may have.
  func beginsInMidst(_ reader: HTTP2Reader, _ byte: UInt8) -> Bool {
    guard reader.isUntouched else { return false }
    switch reader.direction {
    case .clientToServer: return byte != HTTP2Reader.preface[0]
    // Behind the client's preface this is the server's first frame, whatever it is.
    case .serverToClient: return !isUpgraded && (client.isUntouched || client.isPartial)
    }
  }

  /// Gives bytes to the search; true once it is over, and the bytes from `position` on are to be read.
  func search(
    _ bytes: [UInt8], _ position: inout Int, _ reader: HTTP2Reader, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) -> Bool {
    let direction = reader.direction
    // Taken out while it works, so that it is not copied.
    guard var search = reader.search else { return true }
    reader.search = nil
    let isFound = search.receive(bytes, &position, at: sighting) { count, sighting in
      rest.add(count, in: direction, at: sighting)
      reader.pass(over: count)
    }
    if isFound {
      endSearch(search, reader, report)
      return true
    }
    guard search.isExhausted else {
      reader.search = search
      return false
    }
    abandon(search, reader, at: sighting, report)
    return true
  }

  /// The direction is at its end, and so is the search in it.
  func endSearch(_ reader: HTTP2Reader, _ report: (ConversationReport) -> Void) {
    guard var search = reader.search else { return }
    reader.search = nil
    if search.finish() {
      endSearch(search, reader, report)
    } else if let sighting = search.lastSighting {
      abandon(search, reader, at: sighting, report)
    }
  }

  /// A gap comes before frames were found: what is kept may end in frames, and belongs to none otherwise.
  func settleSearch(of reader: HTTP2Reader, _ report: (ConversationReport) -> Void) {
    guard var search = reader.search else { return }
    reader.search = nil
    if search.finish() {
      endSearch(search, reader, report)
    } else {
      pass(search.takeKept().passed, reader)
    }
  }

  /// Reads the frames that were found.
  private func endSearch(
    _ search: HTTP2Search, _ reader: HTTP2Reader, _ report: (ConversationReport) -> Void
  ) {
    let (passed, found) = search.takeKept()
    guard let first = found.first else { return }
    pass(passed, reader)
    if search.foundBeginning {
      reader.begin()
      orient(by: nil)
    } else {
      let direction = reader.direction
      if let sender = HTTP2Orientation.sender(ofFrames: found.flatMap(\.bytes), in: direction) {
        orient(by: (sender, direction))
      }
      distrustSettings(of: reader.direction)
      noteSearch(search, reader, at: first.sighting)
    }
    for run in found { read(run.bytes, from: 0, reader, at: run.sighting, report) }
  }

  private func noteSearch(_ search: HTTP2Search, _ reader: HTTP2Reader, at sighting: Sighting) {
    let direction = reader.direction
    if search.searchedByteCount > 0 {
      let detail = "\(search.searchedByteCount) bytes before this frame belong to none that can be read"
      noteLoose(HTTP2Problem.skipped.at(reader.offset, detail, in: direction), at: sighting)
    }
    guard search.reason != .behindGap else { return }
    let detail = "the connection began before: what the \(direction.sender.rawValue) said then is not known"
    noteLoose(HTTP2Problem.beginningMissing.at(reader.offset, detail, in: direction), at: sighting)
  }

  private func abandon(
    _ search: HTTP2Search, _ reader: HTTP2Reader, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let detail = "no frames are found in \(search.searchedByteCount) bytes"
    let kept = search.takeKept()
    pass(kept.passed + kept.found, reader)
    giveUp(reader, .givenUp, detail, at: sighting, report)
  }

  private func pass(_ runs: [HTTP2Search.Run], _ reader: HTTP2Reader) {
    for run in runs {
      rest.add(run.bytes.count, in: reader.direction, at: run.sighting)
      reader.pass(over: run.bytes.count)
    }
  }

  // MARK: Gaps

  /// Bytes of the frame that is being read are missing.
  func skipContent(
    _ contentByteCount: Int, of reader: HTTP2Reader, _ missing: Finding, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let direction = reader.direction
    guard let stream = dataStream(of: direction) else { return noteLoose(missing, at: sighting) }
    stream.note(missing)
    stream.skipData(contentByteCount, of: reader.frameOffset, in: direction)
    stream.tunnel?.skip(UInt64(contentByteCount), in: direction, at: sighting, seen: seen, report: report)
  }

  /// A gap hides where the next frame begins, and whatever frames were in it.
  func loseFraming(
    of reader: HTTP2Reader, _ missing: Finding, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let direction = reader.direction
    // A frame that ends within the gap: its header still says whether its stream does.
    let noted = dataStream(of: direction)
    if reader.isWithinFrame { endFrame(reader, at: sighting, report) }
    if let block = reader.openBlock { receiveLost(block, reader, at: sighting, report) }
    setDataStream(nil, of: direction)
    for stream in open.values where !stream.isOver(direction) {
      if stream !== noted { stream.note(missing) }
      lose(stream, direction, report)
    }
    distrustSettings(of: direction)
    rest.add(reader.headerByteCount, in: direction, at: reader.unitStart ?? sighting)
    reader.startSearch(.behindGap)
  }

  /// Settings and credit that this side gave may be missing.
  func distrustSettings(of direction: Direction) {
    if direction == .clientToServer { clientSettings.lose() } else { serverSettings.lose() }
    let other = reader(of: direction.opposite)
    other.maxFrameSize = nil
    other.decoder.allowedCapacity = nil
  }

  /// What a gap took of a stream is not known, if it took anything.
  private func lose(_ stream: HTTP2Stream, _ direction: Direction, _ report: (ConversationReport) -> Void) {
    stream.lose(direction)
    guard let tunnel = stream.tunnel else { return }
    tunnel.close(.open, seen: seen, report: report)
    stream.tunnel = nil
  }
}
