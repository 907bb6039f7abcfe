import SessionEvents

/// Guesses whether a stream begins with a record that holds a ClientHello or ServerHello (RFC 8446 §4.1, §5.1).
struct TLSGuess {
  private(set) var state: GuessState = .possible
  private let handshakeType: UInt8
  private var count = 0

  init(_ direction: Direction) {
    switch direction {
    case .clientToServer: handshakeType = 1
    case .serverToClient: handshakeType = 2
    }
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    let fits =
      switch count {
      case 0: byte == 22
      case 1: byte == 3
      case 2: byte <= 4
      case 3: byte <= 0x40
      case 5: byte == handshakeType
      case 6: byte <= 1
      case 9: byte == 3
      default: true
      }
    count += 1
    if !fits {
      state = .no
    } else if count == 10 {
      state = .yes
    }
  }
}
