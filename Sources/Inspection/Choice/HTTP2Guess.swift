import SessionEvents

/// Guesses whether a stream begins as HTTP/2 does (RFC 9113 §3.4): the client's with the connection preface, the
/// server's with SETTINGS of known parameters.
struct HTTP2Guess {
  private(set) var state: GuessState = .possible
  private let direction: Direction
  private var bytes: [UInt8] = []
  private var byteCount = 0

  /// Of a server's first frame: more parameters than any server sends.
  private static let mostParameters = 16

  init(_ direction: Direction) {
    self.direction = direction
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    switch direction {
    case .clientToServer: receiveOfPreface(byte)
    case .serverToClient: receiveOfSettings(byte)
    }
  }

  private mutating func receiveOfPreface(_ byte: UInt8) {
    guard byte == HTTP2Reader.preface[byteCount] else {
      state = .no
      return
    }
    byteCount += 1
    // `PRI * HTTP/2.0` and its line end say enough.
    if byteCount == 16 { state = .yes }
  }

  /// 24 bits of length, type 4, no flag, stream 0, then parameters of two and four bytes.
  private mutating func receiveOfSettings(_ byte: UInt8) {
    bytes.append(byte)
    let position = bytes.count - 1
    switch position {
    case 0, 1, 4, 5, 6, 7, 8: if byte != 0 { state = .no }
    case 2: if byte == 0 || byte % 6 != 0 || Int(byte) > HTTP2Guess.mostParameters * 6 { state = .no }
    case 3: if byte != 4 { state = .no }
    default:
      if (position - 9) % 6 == 0, byte != 0 { state = .no }
      if (position - 9) % 6 == 1, byte == 0 || byte > 16 { state = .no }
    }
    if state == .possible, position > 2, bytes.count == 9 + Int(bytes[2]) { state = .yes }
  }
}
