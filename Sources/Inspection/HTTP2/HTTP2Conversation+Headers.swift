import SessionEvents

// What header blocks mean (RFC 9113 §4.3, §8.1).
extension HTTP2Conversation {
  /// A HEADERS or PUSH_PROMISE frame was read.
  func beginBlock(
    _ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting, _ report: (ConversationReport) -> Void
  ) {
    guard let block = HTTP2HeaderBlock(frame, payload: reader.payload, isLost: reader.hasGap) else {
      let detail = "the padding is longer than the frame"
      return giveUp(reader, .paddingInvalid, detail, at: sighting, report)
    }
    advance(block, isWhole: frame.endsHeaders, reader, at: sighting, report)
  }

  func continueBlock(
    _ frame: HTTP2Frame, _ reader: HTTP2Reader, at sighting: Sighting, _ report: (ConversationReport) -> Void
  ) {
    guard var block = reader.openBlock else { return }
    reader.openBlock = nil
    block.append(reader.payload)
    if reader.hasGap { block.lose() }
    advance(block, isWhole: frame.endsHeaders, reader, at: sighting, report)
  }

  private func advance(
    _ block: HTTP2HeaderBlock, isWhole: Bool, _ reader: HTTP2Reader, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    var block = block
    if let finding = excess(of: block, in: reader.direction) { block.lose(finding) }
    if isWhole { receive(block, reader, at: sighting, report) } else { reader.openBlock = block }
  }

  /// What is too much of a block that is not lost yet.
  private func excess(of block: HTTP2HeaderBlock, in direction: Direction) -> Finding? {
    let limits = context.limits.http2
    guard !block.isLost else { return nil }
    if block.continuationCount > limits.continuationCount {
      let detail = "a header block of more than \(limits.continuationCount) CONTINUATIONs"
      return HTTP2Problem.continuationFlood.at(block.offset, detail, in: direction)
    }
    if block.bytes.count > limits.headerBlockByteCount {
      let detail = "a header block of more than \(limits.headerBlockByteCount) bytes"
      return HTTP2Problem.headerBlockTooLong.at(block.offset, detail, in: direction)
    }
    return nil
  }

  /// A header block of which a part is missing, or too long, ends.
  func receiveLost(
    _ block: HTTP2HeaderBlock, _ reader: HTTP2Reader, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let direction = reader.direction
    reader.decoder.forget()
    let detail = "a part of the header block is missing; its fields are not known"
    let finding = block.excess ?? HTTP2Problem.headerBlockLost.at(block.offset, detail, in: direction)
    guard block.promised == nil, let stream = openStream(block, in: direction, report) else {
      return noteLoose(finding, at: sighting)
    }
    stream.touch(sighting, in: direction)
    stream.note(finding)
    guard !stream.isOver(direction) else { return }
    if stream.message(direction).isBehindHead {
      stream.lose(direction)
    } else {
      stream.loseHead(direction)
    }
    if block.endsStream { endMessage(of: stream, direction, isWhole: true, report) }
    reportIfOver(stream, report)
    dropOldest(at: reader.offset, in: direction, report)
  }

  /// Decodes a whole header block, whatever its stream, for later blocks depend on it.
  private func receive(
    _ block: HTTP2HeaderBlock, _ reader: HTTP2Reader, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    guard !block.isLost else { return receiveLost(block, reader, at: sighting, report) }
    let direction = reader.direction
    if block.promised == nil, let sender = HTTP2Orientation.sender(ofBlock: block.bytes) {
      orient(by: (sender, direction))
    }
    let stream: HTTP2Stream?
    if block.promised == nil {
      stream = openStream(block, in: direction, report)
    } else {
      stream = promisedStream(block, in: direction, at: sighting, report)
    }
    var fields = HTTP2Fields(
      kind(of: block, stream, in: direction), at: block.offset, in: direction, limits: context.limits)
    do throws(HPACKError) {
      let excess = try reader.decoder.decode(block.bytes) { fields.receive($0) }
      if let excess {
        let detail = "a dynamic table of \(excess) bytes is more than the receiver allows"
        note(HTTP2Problem.tableSizeExceeded.at(block.offset, detail, in: direction), on: stream, at: sighting)
      }
    } catch {
      return giveUp(reader, .headerBlockInvalid, error.detail, at: sighting, report)
    }
    fields.finish(blockByteCount: block.bytes.count, unknown: reader.decoder.unknown)
    guard let stream else { return }
    keptByteCount -= stream.keptByteCount
    stream.touch(sighting, in: direction)
    deliver(fields, block, to: stream, in: direction, report)
    keptByteCount += stream.keptByteCount
    reportIfOver(stream, report)
    dropOldest(at: reader.offset, in: direction, report)
  }

  private func deliver(
    _ fields: HTTP2Fields, _ block: HTTP2HeaderBlock, to stream: HTTP2Stream, in direction: Direction,
    _ report: (ConversationReport) -> Void
  ) {
    if block.promised != nil {
      stream.receiveHead(fields, endsStream: true, in: .clientToServer, seen: seen)
      return endMessage(of: stream, .clientToServer, isWhole: true, report)
    }
    guard !stream.isOver(direction) else {
      return stream.note(
        .streamClosed, at: block.offset, in: direction, "HEADERS behind the end of the message")
    }
    if stream.message(direction).isBehindHead {
      if !block.endsStream {
        stream.note(
          .trailersUnfinished, at: block.offset, in: direction, "trailers that do not end the message")
      }
      stream.receiveTrailers(fields, in: direction)
    } else {
      stream.receiveHead(fields, endsStream: block.endsStream, in: direction, seen: seen)
      if !block.endsStream { openTunnel(in: stream) }
    }
    if block.endsStream { endMessage(of: stream, direction, isWhole: true, report) }
  }

  /// Once the server agreed to a CONNECT, both bodies are another protocol.
  private func openTunnel(in stream: HTTP2Stream) {
    guard stream.tunnel == nil, stream.isTunnel, !stream.message(.clientToServer).hasBody,
      !stream.message(.serverToClient).hasBody
    else { return }
    stream.tunnel = stream.makeTunnel()
  }

  private func kind(
    of block: HTTP2HeaderBlock, _ stream: HTTP2Stream?, in direction: Direction
  ) -> HTTP2Fields.Kind {
    if block.promised != nil { return .request }
    if stream?.message(direction).isBehindHead == true { return .trailers }
    return direction == .clientToServer ? .request : .response
  }

  // MARK: Streams

  /// Opens stream 1 for the request that asked to go on in HTTP/2 (RFC 7540 §3.2): the answer comes there.
  func upgrade(_ request: HTTPRequest, start: Sighting) {
    isUpgraded = true
    // What the client allows stands in the request as well (HTTP2-Settings), and is not read.
    server.maxFrameSize = nil
    server.decoder.allowedCapacity = nil
    var fields = HTTP2Fields(.request, at: client.offset, in: .clientToServer, limits: context.limits)
    let pseudoFields: [(String, [UInt8]?)] = [
      (":method", request.method), (":scheme", Array(request.scheme.utf8)), (":authority", request.authority),
      (":path", request.target),
    ]
    for case (let name, let value?) in pseudoFields {
      fields.receive(HTTPField(name: Array(name.utf8), value: value))
    }
    let stream = newStream(1, at: client.offset, start: start)
    stream.receiveHead(fields, endsStream: true, in: .clientToServer, seen: seen)
    stream.endMessage(.clientToServer, isWhole: request.isComplete, at: client.offset)
    keptByteCount += stream.keptByteCount
  }

  /// Whether a stream was opened by whom it belongs to: odd ones by the client (RFC 9113 §5.1.1).
  func wasOpened(_ id: UInt32) -> Bool {
    id <= (id % 2 == 1 ? newest.client : newest.server)
  }

  /// The stream of a HEADERS frame, opened if need be; nil where it is closed.
  func openStream(
    _ block: HTTP2HeaderBlock, in direction: Direction, _ report: (ConversationReport) -> Void
  ) -> HTTP2Stream? {
    let id = block.stream
    if let stream = open[id] { return stream }
    let opener: Direction = id % 2 == 1 ? .clientToServer : .serverToClient
    // Frames may still come on a stream that the other side reset (RFC 9113 §5.1). Where not all of the opener's
    // direction is read, a stream may be known by its answer alone, and answers come in any order.
    let isAnswerOnly = direction != opener && reader(of: opener).mayLackFrames
    guard isAnswerOnly ? !recentlyClosed.contains(id) : !wasOpened(id) else { return nil }
    let stream = newStream(id, at: block.offset, start: block.start)
    if direction == .clientToServer, opener != direction {
      stream.note(
        .streamInvalid, at: block.offset, in: direction, "a client must open odd streams, not \(id)")
    } else if direction != opener, !isAnswerOnly {
      let detail = "stream \(id) answers no request"
      stream.unasked = HTTP2Problem.streamInvalid.at(block.offset, detail, in: direction)
    } else if direction == opener, opener == .serverToClient, !server.mayLackFrames {
      stream.note(.streamInvalid, at: block.offset, in: direction, "stream \(id) was not promised")
    }
    return stream
  }

  func mayLackFrames(ofOpenerOf id: UInt32) -> Bool {
    (id % 2 == 1 ? client : server).mayLackFrames
  }

  /// The stream of a DATA frame whose HEADERS the capture lacks; nil where it cannot be so.
  func streamWithoutHead(
    _ frame: HTTP2Frame, in direction: Direction, _ report: (ConversationReport) -> Void
  ) -> HTTP2Stream? {
    guard reader(of: direction).isPartial, mayLackFrames(ofOpenerOf: frame.stream),
      !recentlyClosed.contains(frame.stream)
    else { return nil }
    let stream = newStream(frame.stream, at: frame.offset, start: frame.start)
    stream.beginWithoutHead(direction, at: frame.offset)
    dropOldest(at: frame.offset, in: direction, report)
    return open[frame.stream]
  }

  private func promisedStream(
    _ block: HTTP2HeaderBlock, in direction: Direction, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) -> HTTP2Stream? {
    let id = block.promised ?? 0
    guard direction == .serverToClient, id != 0, id % 2 == 0, !wasOpened(id) else {
      let detail = "PUSH_PROMISE of stream \(id) by the \(direction.sender.rawValue)"
      noteLoose(HTTP2Problem.pushInvalid.at(block.offset, detail, in: direction), at: sighting)
      return nil
    }
    let stream = newStream(id, at: block.offset, start: block.start)
    if let settings = settings(for: direction), !settings.newest.allowsPush, !settings.acknowledged.allowsPush
    {
      stream.note(.pushInvalid, at: block.offset, in: direction, "the client does not allow pushed streams")
    }
    return stream
  }

  private func newStream(_ id: UInt32, at offset: UInt64, start: Sighting) -> HTTP2Stream {
    let stream = HTTP2Stream(id, at: offset, start: start, context: context)
    if id % 2 == 1 { newest.client = max(newest.client, id) } else { newest.server = max(newest.server, id) }
    open[id] = stream
    for direction in Direction.allCases where reader(of: direction).isPassing {
      stream.endMessage(direction, isWhole: false, at: reader(of: direction).offset)
    }
    return stream
  }

  /// Keeps the open streams within the limits.
  private func dropOldest(at offset: UInt64, in direction: Direction, _ report: (ConversationReport) -> Void)
  {
    let limits = context.limits.http2
    while open.count > limits.openStreamCount
      || (keptByteCount > limits.openHeaderByteCount && open.count > 1),
      let oldest = open.values.min(by: { $0.index < $1.index })
    {
      oldest.note(
        .tooManyStreams, at: offset, in: direction,
        "more than \(limits.openStreamCount) streams, or \(limits.openHeaderByteCount) bytes of their fields, are open"
      )
      cut(oldest, report)
    }
  }
}
