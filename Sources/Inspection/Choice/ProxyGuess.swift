import SessionEvents

/// Guesses whether a stream begins with a request to a SOCKS proxy (RFC 1928 §3, SOCKS 4), its answer, or the binary
/// header of the PROXY protocol.
struct ProxyGuess {
  /// Two line ends, a zero byte, and `QUIT` between line ends.
  static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
  private static let longestUserName = 64

  private(set) var state: GuessState = .possible
  private(set) var found: GuessedProtocol = .socks
  private let direction: Direction
  private var bytes: [UInt8] = []

  init(_ direction: Direction) {
    self.direction = direction
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    bytes.append(byte)
    switch direction {
    case .clientToServer: lookAtClient()
    case .serverToClient: lookAtServer()
    }
    if state != .possible { bytes = [] }
  }

  private mutating func lookAtClient() {
    switch bytes[0] {
    case 0x0d: lookAtSignature()
    case 5: lookAtMethods()
    case 4: lookAtRequest()
    default: state = .no
    }
  }

  private mutating func lookAtSignature() {
    guard bytes.last == Self.signature[bytes.count - 1] else {
      state = .no
      return
    }
    guard bytes.count == Self.signature.count else { return }
    found = .proxy
    state = .yes
  }

  /// A number of methods, and as many; few are in use.
  private mutating func lookAtMethods() {
    guard bytes.count > 1 else { return }
    let count = Int(bytes[1])
    if count == 0 || count > 10
      || (bytes.count > 2 && bytes[bytes.count - 1] > 9 && bytes[bytes.count - 1] < 0x80)
    {
      state = .no
    } else if bytes.count == 2 + count {
      state = .yes
    }
  }

  /// A command, a port, an address and a user's name.
  private mutating func lookAtRequest() {
    if bytes.count == 2, bytes[1] != 1, bytes[1] != 2 { state = .no }
    guard bytes.count > 8 else { return }
    if bytes[bytes.count - 1] == 0 {
      state = .yes
    } else if bytes.count > 8 + Self.longestUserName {
      state = .no
    }
  }

  private mutating func lookAtServer() {
    guard bytes.count == 2 else {
      if bytes[0] != 5, bytes[0] != 0 { state = .no }
      return
    }
    let isAnswer = bytes[0] == 5 ? bytes[1] <= 9 || bytes[1] == 0xff : (0x5a...0x5d).contains(bytes[1])
    state = isAnswer ? .yes : .no
  }
}
