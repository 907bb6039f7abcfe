import SessionEvents

/// What one direction's first bytes say about the protocol.
///
/// Strong evidence decides by itself; weak evidence decides with the other direction's, or where there is no more.
struct DirectionGuess {
  /// What makes nearly sure of one protocol.
  private(set) var strong: GuessedProtocol?
  /// What else the bytes speak for.
  private(set) var weak: ProtocolSet = []
  /// What they may yet speak for.
  private var possible: ProtocolSet
  private let wrong: ProtocolSet
  /// Whether bytes are missing, so that the first bytes say nothing.
  private(set) var isLost = false
  private(set) var isSilent = true
  private var http: HTTP1Guess
  private var tls: TLSGuess
  private var http2: HTTP2Guess
  private var dns = DNSStreamGuess()
  private var lines: LineGuess
  private var postgresql: PostgreSQLGuess
  private var proxy: ProxyGuess

  /// Begins without what is known to be wrong.
  init(_ direction: Direction, excluding wrong: ProtocolSet = []) {
    self.wrong = wrong
    possible = ProtocolSet.all.subtracting(wrong)
    http = HTTP1Guess(direction)
    tls = TLSGuess(direction)
    http2 = HTTP2Guess(direction)
    lines = LineGuess(direction)
    postgresql = PostgreSQLGuess(direction)
    proxy = ProxyGuess(direction)
  }

  var isLikelyHTTP1: Bool { !isLost && possible.contains(.http1) && http.isLikely }
  var isLikelyTLS: Bool { !isLost && possible.contains(.tls) && tls.isLikely }
  var isPossiblyDNS: Bool { !isLost && dns.isWeaklyPlausible }
  /// Whether the first line fits nothing.
  var isInMidst: Bool { lines.isInMidst }
  /// Whether the bytes are none of the protocols that are spoken here.
  var isExcluded: Bool { !isLost && strong == nil && weak.isEmpty && isDone }

  private var isDone: Bool { possible.isEmpty && (lines.isOut || lines.isSettled) }

  /// What this direction does not contradict.
  var admitted: ProtocolSet { isLost || isSilent ? .all : weak.union(possible) }

  /// Takes bytes until something new is known; returns where it stopped, which is the end where nothing is.
  mutating func receive(_ bytes: [UInt8], _ range: Range<Int>, isFirstToSpeak: Bool) -> Int {
    guard !range.isEmpty else { return range.upperBound }
    if isSilent {
      isSilent = false
      lines.isFirstToSpeak = isFirstToSpeak
    }
    guard strong == nil, !isLost else { return range.upperBound }
    var position = range.lowerBound
    while position < range.upperBound, !isDone {
      let hasChanged = receive(bytes[position])
      position += 1
      if hasChanged { return position }
    }
    return range.upperBound
  }

  /// Bytes of this direction are missing.
  mutating func lose() {
    isSilent = false
    if strong == nil { isLost = true }
  }

  private mutating func receive(_ byte: UInt8) -> Bool {
    var hasChanged = false
    if possible.contains(.http1) {
      http.receive(byte)
      hasChanged = settle(.http1, http.state, isWeak: http.state == .yes && http.isWithoutVersion)
    }
    if possible.contains(.tls) {
      tls.receive(byte)
      hasChanged = settle(.tls, tls.state) || hasChanged
    }
    if possible.contains(.http2) {
      http2.receive(byte)
      hasChanged = settle(.http2, http2.state) || hasChanged
    }
    if possible.contains(.dns) {
      dns.receive(byte)
      hasChanged = settle(.dns, dns.state, isWeak: true) || hasChanged
    }
    if possible.contains(.postgresql) {
      postgresql.receive(byte)
      hasChanged = settle(.postgresql, postgresql.state, isWeak: postgresql.isWeak) || hasChanged
    }
    if possible.contains(.socks) {
      proxy.receive(byte)
      hasChanged = settle(proxy.found, proxy.state, isWeak: proxy.found == .socks) || hasChanged
      if proxy.found == .proxy { possible.remove(.socks) }
    }
    if !lines.isOut { hasChanged = receiveOfLine(byte) || hasChanged }
    return hasChanged
  }

  private mutating func receiveOfLine(_ byte: UInt8) -> Bool {
    guard lines.receive(byte) else { return false }
    possible.subtract(.lines)
    weak = weak.subtracting(.lines).union(lines.weak.subtracting(wrong))
    if strong == nil, let found = lines.strong, !wrong.contains(ProtocolSet(found)) { strong = found }
    return true
  }

  private mutating func settle(_ member: GuessedProtocol, _ state: GuessState, isWeak: Bool = false) -> Bool {
    guard state != .possible else { return false }
    possible.remove(ProtocolSet(member))
    // One guess may be at two protocols, of which one is known to be wrong.
    if state == .yes, !wrong.contains(ProtocolSet(member)) {
      if isWeak { weak.insert(ProtocolSet(member)) } else if strong == nil { strong = member }
    }
    return true
  }
}

/// How far a guess at one protocol has come.
enum GuessState {
  case possible
  case yes
  case no
}
