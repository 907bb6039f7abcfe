import SessionEvents

/// Guesses whether a stream is HTTP/2 (RFC 9113 §3.4): the client's begins with the connection preface, the server's
/// with SETTINGS of known parameters; or either with three frames, in a capture that began in its midst.
struct HTTP2Guess {
  private let direction: Direction
  private var isBeginning: GuessState = .possible
  private var bytes: [UInt8] = []
  private var byteCount = 0
  private var chain: HTTP2ChainGuess

  /// Of a server's first frame: more parameters than any server sends.
  private static let mostParameters = 16

  init(_ direction: Direction) {
    self.direction = direction
    chain = HTTP2ChainGuess(direction)
  }

  var state: GuessState {
    switch (isBeginning, chain.state) {
    case (.yes, _), (_, .yes): .yes
    case (.no, .no): .no
    case (_, _): .possible
    }
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    chain.receive(byte)
    guard isBeginning == .possible else { return }
    switch direction {
    case .clientToServer: receiveOfPreface(byte)
    case .serverToClient: receiveOfSettings(byte)
    }
  }

  private mutating func receiveOfPreface(_ byte: UInt8) {
    guard byte == HTTP2Reader.preface[byteCount] else {
      isBeginning = .no
      return
    }
    byteCount += 1
    // `PRI * HTTP/2.0` and its line end say enough.
    if byteCount == 16 { isBeginning = .yes }
  }

  /// 24 bits of length, type 4, no flag, stream 0, then parameters of two and four bytes.
  private mutating func receiveOfSettings(_ byte: UInt8) {
    bytes.append(byte)
    let position = bytes.count - 1
    switch position {
    case 0, 1, 4, 5, 6, 7, 8: if byte != 0 { isBeginning = .no }
    case 2: if byte == 0 || byte % 6 != 0 || Int(byte) > HTTP2Guess.mostParameters * 6 { isBeginning = .no }
    case 3: if byte != 4 { isBeginning = .no }
    default:
      if (position - 9) % 6 == 0, byte != 0 { isBeginning = .no }
      if (position - 9) % 6 == 1, byte == 0 || byte > 16 { isBeginning = .no }
    }
    if isBeginning == .possible, position > 2, bytes.count == 9 + Int(bytes[2]) { isBeginning = .yes }
  }
}

/// Guesses whether a stream consists of frames from its first byte on.
struct HTTP2ChainGuess {
  private static let neededLinks = 3

  private(set) var state: GuessState = .possible
  private let direction: Direction
  private var header: [UInt8] = []
  private var last: HTTP2Link?
  private var links = 0
  /// What is left of the frame that is being passed over.
  private var rest = 0

  init(_ direction: Direction) {
    self.direction = direction
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    if rest > 0 {
      rest -= 1
      return
    }
    header.append(byte)
    // No frame that is taken for one here has more than 2^16 bytes.
    if header.count == 1, byte != 0 { state = .no }
    guard header.count == HTTP2Frame.headerByteCount else { return }
    guard let link = HTTP2Link(header, at: 0, in: direction), last?.mayPrecede(link) ?? true else {
      state = .no
      return
    }
    last = link
    links += 1
    rest = link.byteCount
    header = []
    if links == HTTP2ChainGuess.neededLinks { state = .yes }
  }
}
