public import SessionEvents

/// Where a mutated recording first tells something else than the recording.
public struct TortureDifference: Hashable, Sendable {
  public var session: SessionID
  /// The packet of the mutated capture from which what differs came; nil where none did.
  public var packet: UInt64?
  public var expected: String
  public var found: String

  package init(session: SessionID, packet: UInt64?, expected: String, found: String) {
    self.session = session
    self.packet = packet
    self.expected = expected
    self.found = found
  }
}

extension Telling {
  /// The first difference, session by session; nil where there is none.
  ///
  /// Of sessions in `drops` the streams are compared, which lack what was dropped, and not how the directions interleave,
  /// nor the exchanges.
  func firstDifference(
    from found: Telling, drops: [SessionID: [(direction: Direction, range: Range<Int64>)]]
  ) -> TortureDifference? {
    for session in Set(sessions.keys).union(found.sessions.keys).sorted() {
      guard let expectedSession = sessions[session] else {
        return TortureDifference(
          session: session, packet: found.sessions[session]?.marks.first?.packet, expected: "no such session",
          found: Self.brief(found.sessions[session]?.story.steps.first))
      }
      guard let foundSession = found.sessions[session] else {
        return TortureDifference(
          session: session, packet: nil, expected: Self.brief(expectedSession.story.steps.first),
          found: "no such session")
      }
      if let drops = drops[session] {
        let expected = expectedSession.story.byDirection.dropping(drops)
        let difference = Self.difference(session, expected, foundSession.story.byDirection) { _ in nil }
        if let difference { return difference }
        continue
      }
      let difference = Self.difference(session, expectedSession.story, foundSession.story) {
        foundSession.packet(at: $0)
      }
      if let difference { return difference }
      if let difference = Self.difference(session, expectedSession.exchanges, foundSession.exchanges) {
        return difference
      }
    }
    return nil
  }

  private static func difference(
    _ session: SessionID, _ expected: SessionStory, _ found: SessionStory,
    packet: ((step: Int, offset: Int)) -> UInt64?
  ) -> TortureDifference? {
    guard expected != found else { return nil }
    for index in 0..<max(expected.steps.count, found.steps.count) {
      let one = index < expected.steps.count ? expected.steps[index] : nil
      let other = index < found.steps.count ? found.steps[index] : nil
      guard one != other else { continue }
      var offset = 0
      if case .bytes(let direction, let bytes)? = one?.kind, case .bytes(direction, let others)? = other?.kind
      {
        while offset < min(bytes.count, others.count), bytes[offset] == others[offset] { offset += 1 }
      }
      return TortureDifference(
        session: session, packet: packet((index, offset)), expected: brief(one, from: offset),
        found: brief(other, from: offset))
    }
    return nil
  }

  private static func difference(
    _ session: SessionID, _ expected: [UInt8], _ found: [UInt8]
  ) -> TortureDifference? {
    guard expected != found else { return nil }
    let lines = expected.split(separator: UInt8(ascii: "\n"))
    let others = found.split(separator: UInt8(ascii: "\n"))
    var index = 0
    while index < min(lines.count, others.count), lines[index] == others[index] { index += 1 }
    func text(_ lines: [ArraySlice<UInt8>]) -> String {
      index < lines.count ? String(decoding: lines[index], as: UTF8.self) : "no more exchanges"
    }
    return TortureDifference(session: session, packet: nil, expected: text(lines), found: text(others))
  }

  /// A step in short; of bytes those from `offset` on.
  private static func brief(_ step: SessionStory.Step?, from offset: Int = 0) -> String {
    switch step?.kind {
    case nil: "nothing more"
    case .bytes(let direction, let bytes):
      bytes.count == offset
        ? "no more bytes of the \(direction.sender) here"
        : "\(bytes.count - offset) bytes of the \(direction.sender), "
          + DisplayText.safe(String(decoding: bytes.dropFirst(offset).prefix(24), as: UTF8.self))
    case .datagram(let direction, let bytes): "a datagram of \(bytes.count) bytes of the \(direction.sender)"
    case .gap(let direction, let count): "a gap of \(count) bytes of the \(direction.sender)"
    case .conflict(let direction, let offset, let count):
      "a conflict of \(count) bytes of the \(direction.sender) at \(offset)"
    case .halfClosed(let direction): "the end of what the \(direction.sender) sends"
    case .opened(let opening): "a session from \(opening.client) to \(opening.originalDestination)"
    case .closed(let closing): "closed: \(closing.end)"
    case .clientHello: "a client hello"
    case .secured(let party, _): "TLS with the \(party)"
    case .bypassed: "bypassed"
    }
  }
}

extension Telling.Session {
  /// The packet that has this place of a step.
  fileprivate func packet(at place: (step: Int, offset: Int)) -> UInt64? {
    marks.last { $0.step < place.step || $0.step == place.step && $0.offset <= place.offset }?.packet
  }
}

extension SessionStory {
  /// The story with gaps in the place of what was dropped; it is told one direction after the other.
  fileprivate func dropping(_ drops: [(direction: Direction, range: Range<Int64>)]) -> SessionStory {
    var result = SessionStory()
    for step in steps {
      guard case .bytes(let direction, let bytes) = step.kind else {
        result.append(step.time, step.kind)
        continue
      }
      var place = 0
      let ranges = drops.filter { $0.direction == direction }.map(\.range)
      for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        let start = min(bytes.count, max(place, Int(range.lowerBound)))
        let end = min(bytes.count, max(start, Int(range.upperBound)))
        result.append(step.time, .bytes(direction, Array(bytes[place..<start])))
        result.append(step.time, .gap(direction, byteCount: UInt64(end - start)))
        place = end
      }
      result.append(step.time, .bytes(direction, Array(bytes[place...])))
    }
    return result
  }
}
