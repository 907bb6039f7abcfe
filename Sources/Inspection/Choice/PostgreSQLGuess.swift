import SessionEvents

/// Guesses whether a stream is one of PostgreSQL (protocol 3.0, "Message Formats"): the client's by its first message,
/// which has a number that no other protocol uses, or in the midst of a connection by a message's type and length.
struct PostgreSQLGuess {
  private(set) var state: GuessState = .possible
  /// Whether the bytes may well be something else.
  private(set) var isWeak = true
  private let direction: Direction
  private var bytes: [UInt8] = []

  /// What a server begins a message with.
  private static let serverTypes = Set("RSKZTDCIENA123nts".utf8)
  /// What a client begins a message with, once it has logged in.
  private static let clientTypes = Set("QPBDECSHFXpdcf".utf8)

  init(_ direction: Direction) {
    self.direction = direction
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    bytes.append(byte)
    switch direction {
    case .clientToServer: lookAtClient()
    case .serverToClient: lookAtMessage(Self.serverTypes)
    }
    if state != .possible { bytes = [] }
  }

  private mutating func lookAtClient() {
    guard bytes[0] == 0 else { return lookAtMessage(Self.clientTypes) }
    guard bytes.count == 8 else { return }
    let length = Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])
    let code = UInt32(bytes[4]) << 24 | UInt32(bytes[5]) << 16 | UInt32(bytes[6]) << 8 | UInt32(bytes[7])
    isWeak = false
    state = PostgreSQLStartup(code: code)?.believes(length: length) == true ? .yes : .no
  }

  /// A type, a length below 16 MiB, and for a query a printable character.
  private mutating func lookAtMessage(_ types: Set<UInt8>) {
    // A server that was asked for TLS answers with one byte; then comes what it agreed to, or a message.
    if direction == .serverToClient, bytes.count == 2, bytes[1] != 0, bytes[0] == 0x4e { bytes.removeFirst() }
    switch bytes.count {
    case 1: if !types.contains(bytes[0]) { state = .no }
    case 2: if bytes[1] != 0 { state = .no }
    case 5:
      let length = Int(bytes[2]) << 16 | Int(bytes[3]) << 8 | Int(bytes[4])
      if length < 4 { state = .no } else if bytes[0] != UInt8(ascii: "Q") { state = .yes }
    case 6: state = bytes[5] >= 0x09 && bytes[5] != 0x7f ? .yes : .no
    default: break
    }
  }
}
