import SessionEvents

/// What both directions' first bytes say together.
struct ProtocolGuesses {
  /// What was found to be wrong.
  let wrong: ProtocolSet
  private var client: DirectionGuess
  private var server: DirectionGuess

  init(excluding wrong: ProtocolSet = []) {
    self.wrong = wrong
    client = DirectionGuess(.clientToServer, excluding: wrong)
    server = DirectionGuess(.serverToClient, excluding: wrong)
  }

  /// Takes bytes until they decide, or leave no hope that any do; nil where more may tell.
  mutating func look(
    at bytes: [UInt8], _ range: Range<Int>, in direction: Direction, port: UInt16?
  ) -> GuessedProtocol? {
    if direction == .clientToServer, client.isSilent, server.isSilent, !wrong.contains(.http1),
      HTTP1Guess.decidesAlone(bytes, range)
    {
      return .http1
    }
    var position = range.lowerBound
    while position < range.upperBound {
      let rest = position..<range.upperBound
      position =
        switch direction {
        case .clientToServer: client.receive(bytes, rest, isFirstToSpeak: server.isSilent)
        case .serverToClient: server.receive(bytes, rest, isFirstToSpeak: client.isSilent)
        }
      if let decision { return decision }
      if client.isExcluded, server.isExcluded { return lastResort(port: port) }
    }
    return nil
  }

  /// Bytes are missing in a direction.
  mutating func lose(_ direction: Direction) {
    switch direction {
    case .clientToServer: client.lose()
    case .serverToClient: server.lose()
    }
  }

  /// What is known by now; nil where more bytes may tell.
  private var decision: GuessedProtocol? {
    client.strong ?? server.strong ?? client.weak.intersection(server.weak).only
  }

  /// The directions whose first line fits nothing, so that it may be the rest of something.
  var midst: [Direction] {
    Direction.allCases.filter { $0 == .clientToServer ? client.isInMidst : server.isInMidst }
  }

  // MARK: The last resort

  /// What to take where no more bytes may be waited for; `port` is the server's, where it may break a tie.
  func likeliest(of items: [HeldEvents.Item], port: UInt16?) -> GuessedProtocol {
    let common = client.weak.intersection(server.weak)
    // What speaks for these is little, unless both sides say so.
    let doubtful = ProtocolSet([.socks, .redis]).subtracting(port.map(ProtocolGuesses.ownerOfPort) ?? [])
    let oneSided = client.weak.intersection(server.admitted).union(server.weak.intersection(client.admitted))
      .subtracting(doubtful)
    if let found = best(common.isEmpty ? oneSided : common, port: port) { return found }
    if !wrong.contains(.http2), hasFrames(items) { return .http2 }
    // What answers a request of HTTP/0.9 is any bytes at all.
    if client.weak.contains(.http1) || client.isLikelyHTTP1 { return .http1 }
    if client.isLikelyTLS || server.isLikelyTLS { return .tls }
    if !wrong.contains(.http1), Direction.allCases.contains(where: { speaksHTTP1Later($0, items) }) {
      return .http1
    }
    return lastResort(port: port)
  }

  /// A damaged DNS message should be shown as one.
  private func lastResort(port: UInt16?) -> GuessedProtocol {
    let isDNSPort = port.map(dnsPorts.contains) ?? false
    return isDNSPort && !wrong.contains(.dns) && (client.isPossiblyDNS || server.isPossiblyDNS)
      ? .dns : .opaque
  }

  private func best(_ candidates: ProtocolSet, port: UInt16?) -> GuessedProtocol? {
    let ranked = ProtocolGuesses.ports.filter { candidates.contains(ProtocolSet($0.guess)) }
    let onPort = ranked.first { entry in port.map { entry.ports.contains($0) } ?? false }
    return (onPort ?? ranked.first)?.guess
  }

  /// Whether frames of HTTP/2 are found: the capture began in their midst, or lacks the beginning.
  private func hasFrames(_ items: [HeldEvents.Item]) -> Bool {
    Direction.allCases.contains { direction in
      var search = HTTP2Search(direction, .behindGap, limit: .max)
      for case .bytes(direction, let sighting, let run) in items {
        var position = 0
        if search.receive(run, &position, at: sighting, drop: { _, _ in }) { return true }
      }
      return search.finish()
    }
  }

  /// Whether a message of HTTP/1 begins behind missing bytes.
  private func speaksHTTP1Later(_ direction: Direction, _ items: [HeldEvents.Item]) -> Bool {
    guard direction == .clientToServer ? client.isLost : server.isLost else { return false }
    var bytes: [UInt8] = []
    for case .bytes(direction, _, let run) in items { bytes += run }
    return bytes.split(separator: UInt8(ascii: "\n")).contains {
      HTTP1StartLine.locate(in: $0, sentBy: direction.sender) != nil
    }
  }

  private static func ownerOfPort(_ port: UInt16) -> ProtocolSet {
    ports.first { $0.ports.contains(port) }.map { ProtocolSet($0.guess) } ?? []
  }

  /// Protocols that first bytes may leave open, in the order in which they are taken where the port does not tell.
  private static let ports: [(guess: GuessedProtocol, ports: Set<UInt16>)] = [
    (.http1, [80, 8_080]), (.smtp, [24, 25, 465, 587, 2_525]), (.imap, [143, 993]), (.pop3, [110, 995]),
    (.ftp, [21, 990]), (.redis, [6_379]), (.dns, dnsPorts), (.postgresql, [5_432]), (.socks, [1_080]),
  ]
}

/// Ports on which a message too damaged to be recognised counts as DNS all the same.
let dnsPorts: Set<UInt16> = [53, 853, 5_353, 5_355]
