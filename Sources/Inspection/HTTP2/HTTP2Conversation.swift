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
  /// Whether HTTP/1 agreed on it, so that the server may begin.
  var isUpgraded = false
  /// GOAWAY frames with something to tell.
  var goAwayCount = 0
  /// The stream of the DATA frame that each side is sending; nil where it belongs to none that is open.
  var dataStream: (client: HTTP2Stream?, server: HTTP2Stream?) = (nil, nil)
  /// Header bytes that open streams keep.
  var keptByteCount = 0
  /// Streams that were closed last, where others may be open of which nothing is known.
  var recentlyClosed: [UInt32] = []
  var clientFloods: HTTP2Floods
  var serverFloods: HTTP2Floods
  /// Findings that concern no open stream.
  var loose: FindingList
  private var looseSighting: Sighting?
  /// Bytes that are not read as HTTP/2.
  var rest = OpaqueTally()

  /// In a connection that began before the capture, its sides may be taken for each other.
  private(set) var standing: Standing

  /// Begins at stream offsets, behind so many bytes that were seen.
  init(_ context: SessionContext, at offsets: ByteCounts = ByteCounts(), seen: ByteCounts = ByteCounts()) {
    self.context = context
    let limits = context.limits.http2
    client = HTTP2Reader(.clientToServer, at: offsets.client, seen: seen.client, limits: limits)
    server = HTTP2Reader(.serverToClient, at: offsets.server, seen: seen.server, limits: limits)
    standing = context.speaksHTTP2 ? .confirmed : .provisional
    clientFloods = HTTP2Floods(.clientToServer, limits: limits)
    serverFloods = HTTP2Floods(.serverToClient, limits: limits)
    loose = FindingList(limit: context.limits.findingCount)
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    let reader = reader(of: direction)
    var position = start
    if position < bytes.count, reader.isUntouched {
      if beginsInMidst(reader, bytes[position]) {
        reader.startSearch(.atBeginning(mayBegin: direction == .serverToClient && !client.beganInMidst))
      } else {
        orient(by: nil)
      }
    }
    if reader.search != nil {
      guard search(bytes, &position, reader, at: sighting, report) else { return }
    }
    read(bytes, from: position, reader, at: sighting, report)
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    guard byteCount > 0 else { return }
    let reader = reader(of: direction)
    if reader.isUntouched { orient(by: nil) }
    let missing = CommonProblem.gap.at(
      reader.offsetBehindKept, "\(byteCount) bytes are missing from the capture", in: direction)
    settleSearch(of: reader, report)
    switch reader.skip(byteCount) {
    case .unread:
      break
    case .within(let contentByteCount):
      skipContent(contentByteCount, of: reader, missing, at: sighting, report)
      receive([], from: 0, in: direction, at: sighting, report: report)
    case .beyond(let contentByteCount):
      skipContent(contentByteCount, of: reader, missing, at: sighting, report)
      loseFraming(of: reader, missing, at: sighting, report)
    case .between:
      noteLoose(missing, at: sighting)
      loseFraming(of: reader, missing, at: sighting, report)
    }
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    endSearch(reader(of: direction), report)
    endMessages(direction, report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    for direction in Direction.allCases { endSearch(reader(of: direction), report) }
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

  var seen: ByteCounts { ByteCounts(client: client.seenWithKept, server: server.seenWithKept) }

  /// Takes what speaks for one orientation, or settles on the one that is taken for granted where nothing does.
  func orient(by evidence: (sender: Party, direction: Direction)?) {
    guard case .provisional = standing else { return }
    standing = evidence.map { $0.sender == $0.direction.sender } ?? true ? .confirmed : .refuted
  }

  /// Reads frames from `start` on.
  func read(
    _ bytes: [UInt8], from start: Int, _ reader: HTTP2Reader, at sighting: Sighting,
    _ report: (ConversationReport) -> Void
  ) {
    var position = start
    let direction = reader.direction
    while true {
      switch reader.advance(bytes, &position, at: sighting) {
      case .more: return
      case .dataBegan: beginData(reader, at: sighting, report)
      case .data(let range):
        if let stream = dataStream(of: direction) {
          receiveData(bytes, range, stream, reader, at: sighting, report)
        }
      case .ended: endFrame(reader, at: sighting, report)
      case .failed(let problem, let detail): giveUp(reader, problem, detail, at: sighting, report)
      case .passed(let count): rest.add(count, in: direction, at: sighting)
      }
    }
  }

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
    distrustSettings(of: reader.direction)
    endMessages(reader.direction, report)
  }

  /// Whatever is unfinished in this direction stays so.
  func endMessages(_ direction: Direction, _ report: (ConversationReport) -> Void) {
    setDataStream(nil, of: direction)
    for stream in open.values.sorted(by: { $0.index < $1.index }) {
      endMessage(of: stream, direction, isWhole: false, report)
      reportIfOver(stream, report)
    }
  }

  /// Nothing more of a message will come; `isWhole` where its sender said so.
  func endMessage(
    of stream: HTTP2Stream, _ direction: Direction, isWhole: Bool, _ report: (ConversationReport) -> Void
  ) {
    guard !stream.isOver(direction) else { return }
    stream.endMessage(direction, isWhole: isWhole, at: reader(of: direction).offset)
    stream.tunnel?.halfClose(direction, seen: seen, report: report)
    // Once it is answered, a request that the capture lacks will not come any more.
    if direction == .serverToClient, !stream.message(.clientToServer).hasBegun, client.isPartial,
      !client.isBlind
    {
      stream.endMessage(.clientToServer, isWhole: false, at: client.offset)
    }
  }

  func reportIfOver(_ stream: HTTP2Stream, _ report: (ConversationReport) -> Void) {
    guard stream.isOver else { return }
    open[stream.id] = nil
    keptByteCount -= stream.keptByteCount
    if client.isPartial || server.isPartial {
      if recentlyClosed.count >= 128 { recentlyClosed.removeFirst(64) }
      recentlyClosed.append(stream.id)
    }
    if let unasked = stream.unasked, !stream.message(.clientToServer).hasBegun, !client.mayLackFrames {
      stream.note(unasked)
    }
    stream.tunnel?.close(.fin, seen: seen, report: report)
    for draft in stream.drafts(seen: seen) { report(.exchange(draft)) }
  }

  /// Reports a stream that is not over, for a limit's sake or because it was reset.
  func cut(_ stream: HTTP2Stream, _ report: (ConversationReport) -> Void) {
    for direction in Direction.allCases {
      endMessage(of: stream, direction, isWhole: false, report)
      if dataStream(of: direction) === stream { setDataStream(nil, of: direction) }
    }
    reportIfOver(stream, report)
  }
}
