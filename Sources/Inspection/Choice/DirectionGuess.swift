import SessionEvents

/// What one direction's first bytes say about the protocol.
struct DirectionGuess {
  enum Verdict {
    case undecided
    case decided(GuessedProtocol)
    /// None of the protocols that are spoken here.
    case excluded
  }

  private(set) var verdict: Verdict = .undecided
  /// Whether bytes are missing, so that the first bytes say nothing.
  private(set) var isLost = false
  private var http: HTTP1Guess
  private var tls: TLSGuess
  private var http2: HTTP2Guess
  private var dns = DNSStreamGuess()

  init(_ direction: Direction) {
    http = HTTP1Guess(direction)
    tls = TLSGuess(direction)
    http2 = HTTP2Guess(direction)
  }

  var isLikelyHTTP1: Bool { !isLost && http.isLikely }
  var isPossiblyDNS: Bool { !isLost && dns.isWeaklyPlausible }

  /// Takes bytes until they decide; returns where it stopped, which is the end where they do not.
  mutating func receive(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    guard case .undecided = verdict, !isLost else { return range.upperBound }
    for position in range {
      receive(bytes[position])
      switch verdict {
      case .undecided: break
      case .decided: return position + 1
      case .excluded: return range.upperBound
      }
    }
    return range.upperBound
  }

  /// Bytes of this direction are missing.
  mutating func lose() {
    guard case .undecided = verdict else { return }
    isLost = true
  }

  private mutating func receive(_ byte: UInt8) {
    http.receive(byte)
    tls.receive(byte)
    http2.receive(byte)
    dns.receive(byte)
    if http.state == .yes {
      verdict = .decided(.http1)
    } else if tls.state == .yes {
      verdict = .decided(.tls)
    } else if http2.state == .yes {
      verdict = .decided(.http2)
    } else if dns.state == .yes {
      verdict = .decided(.dns)
    } else if http.state == .no, tls.state == .no, http2.state == .no, dns.state == .no {
      verdict = .excluded
    }
  }
}

/// How far a guess at one protocol has come.
enum GuessState {
  case possible
  case yes
  case no
}
