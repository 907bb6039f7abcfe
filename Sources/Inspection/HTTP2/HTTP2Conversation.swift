import SessionEvents

/// HTTP/2 in one session (RFC 9113): an exchange for each HTTP/2 stream.
final class HTTP2Conversation: Conversation {
  let context: SessionContext
  let client: HTTP2Reader
  let server: HTTP2Reader
  /// Streams whose exchange is not reported.
  var open: [UInt32: HTTP2Stream] = [:]
  /// The highest stream that each side opened.
  var newest: (client: UInt32, server: UInt32) = (0, 0)
  /// What each side told the other.
  var clientSettings = HTTP2SettingsHistory()
  var serverSettings = HTTP2SettingsHistory()
  /// Flow control of the connection: bytes that each side sent, and what it may send beyond the first 65,535.
  var sent = ByteCounts()
  var credit = ByteCounts()
  var hasOverrun = false
  /// GOAWAY frames with something to tell.
  var goAwayCount = 0
  /// The stream of the DATA frame that each side is sending; nil where it belongs to none that is open.
  var dataStream: (client: HTTP2Stream?, server: HTTP2Stream?) = (nil, nil)
  /// Header bytes that open streams keep.
  var keptByteCount = 0
  /// Findings that concern no open stream.
  var loose: FindingList
  private var looseSighting: Sighting?
  /// Bytes that are not read as HTTP/2.
  private var rest = OpaqueTally()

  /// Begins at stream offsets, behind so many bytes that were seen.
  init(_ context: SessionContext, at offsets: ByteCounts = ByteCounts(), seen: ByteCounts = ByteCounts()) {
    self.context = context
    let limits = context.limits.http2
    client = HTTP2Reader(.clientToServer, at: offsets.client, seen: seen.client, limits: limits)
    server = HTTP2Reader(.serverToClient, at: offsets.server, seen: seen.server, limits: limits)
    loose = FindingList(limit: context.limits.findingCount)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    let reader = reader(of: direction)
    while true {
      switch reader.advance(bytes, &position, at: sighting) {
      case .more: return
      case .dataBegan: beginData(reader, at: sighting)
      case .data(let range):
        guard let stream = dataStream(of: direction) else { continue }
        stream.receiveData(bytes.span.extracting(range), at: reader.frameOffset, sighting, in: direction)
        stream.touch(sighting)
      case .ended: endFrame(reader, at: sighting, report)
      case .failed(let problem, let detail): giveUp(reader, problem, detail, at: sighting, report)
      case .passed(let count): rest.add(count, in: direction, at: sighting)
      }
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    guard byteCount > 0 else { return }
    let reader = reader(of: direction)
    let offset = reader.offset
    let missing = CommonProblem.gap.at(
      offset, "\(byteCount) bytes are missing from the capture", in: direction)
    switch reader.skip(byteCount) {
    case .unread:
      break
    case .within(let contentByteCount):
      if let stream = dataStream(of: direction) {
        stream.skipData(contentByteCount, at: reader.frameOffset, in: direction)
        stream.note(missing)
      } else {
        noteLoose(missing, at: sighting)
      }
      receive([], from: 0, in: direction, at: sighting, report: report)
    case .lost:
      noteLoose(missing, at: sighting)
      giveUp(reader, .givenUp, "the frames cannot be told apart behind a gap", at: sighting, report)
    }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    endMessages(direction, report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    for direction in Direction.allCases { endMessages(direction, report) }
    if let draft = rest.draft(index: context.takeIndex(), findings: loose.all, seen: seen) {
      report(.exchange(draft))
    } else if !loose.isEmpty, let sighting = looseSighting {
      // Stream 0 is the connection itself (RFC 9113 §5.1.1).
      let content = Exchange.Content.http2(HTTPExchange(request: nil, response: nil), stream: 0)
      report(
        .exchange(
          ExchangeDraft(
            index: context.takeIndex(), start: sighting, end: sighting, content: content,
            findings: loose.all, seen: seen)))
    }
  }

  // MARK: Directions

  func reader(of direction: Direction) -> HTTP2Reader {
    switch direction {
    case .clientToServer: client
    case .serverToClient: server
    }
  }

  /// What the receiver of a direction told its sender; nil where that cannot be known.
  func settings(for direction: Direction) -> HTTP2SettingsHistory? {
    let history = direction == .clientToServer ? serverSettings : clientSettings
    return reader(of: direction.opposite).isBlind || !history.isCertain ? nil : history
  }

  func dataStream(of direction: Direction) -> HTTP2Stream? {
    direction == .clientToServer ? dataStream.client : dataStream.server
  }

  func setDataStream(_ stream: HTTP2Stream?, of direction: Direction) {
    switch direction {
    case .clientToServer: dataStream.client = stream
    case .serverToClient: dataStream.server = stream
    }
  }

  private var seen: ByteCounts { ByteCounts(client: client.seen, server: server.seen) }

  func noteLoose(_ finding: Finding, at sighting: Sighting) {
    loose.append(finding)
    looseSighting = looseSighting ?? sighting
  }

  // MARK: Ends

  /// Everything that this direction still says passes unread.
  func giveUp(
    _ reader: HTTP2Reader, _ problem: HTTP2Problem, _ detail: String, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    let finding = problem.at(reader.frameOffset, detail, in: reader.direction)
    noteLoose(finding, at: sighting)
    rest.add(reader.unitByteCount, in: reader.direction, at: reader.unitStart ?? sighting)
    reader.pass()
    for stream in open.values where !stream.isOver(reader.direction) { stream.note(finding) }
    // What the receiver allows is no longer known either.
    let other = self.reader(of: reader.direction.opposite)
    other.maxFrameSize = nil
    other.decoder.allowedCapacity = nil
    endMessages(reader.direction, report)
  }

  /// Whatever is unfinished in this direction stays so.
  private func endMessages(_ direction: Direction, _ report: (ConversationReport) -> Void) {
    setDataStream(nil, of: direction)
    let offset = reader(of: direction).offset
    for stream in open.values.sorted(by: { $0.index < $1.index }) {
      stream.endMessage(direction, isWhole: false, at: offset)
      reportIfOver(stream, report)
    }
  }

  func reportIfOver(_ stream: HTTP2Stream, _ report: (ConversationReport) -> Void) {
    guard stream.isOver else { return }
    open[stream.id] = nil
    keptByteCount -= stream.keptByteCount
    report(.exchange(stream.draft(seen: seen)))
  }

  /// Reports a stream that is not over, for a limit's sake or because it was reset.
  func cut(_ stream: HTTP2Stream, _ report: (ConversationReport) -> Void) {
    for direction in Direction.allCases {
      stream.endMessage(direction, isWhole: false, at: reader(of: direction).offset)
      if dataStream(of: direction) === stream { setDataStream(nil, of: direction) }
    }
    reportIfOver(stream, report)
  }
}
