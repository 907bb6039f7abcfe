import SessionEvents

/// Guesses whether a stream is TLS (RFC 8446 §5.1, RFC 5246 §6.2).
///
/// It is one at the version of a ClientHello or ServerHello, over as many records as that takes; at a whole alert; or,
/// where the beginning was not captured, at the header of a second record. A client may begin with a ClientHello in the
/// format of SSL 2.
struct TLSGuess {
  private static let longestFragment = 16_384 + 2_048

  private(set) var state: GuessState = .possible
  private let direction: Direction
  private var header: [UInt8] = []
  /// Bytes of the record's fragment that are still to come.
  private var rest = 0
  private var recordCount = 0
  /// The beginning of the first handshake message.
  private var message: [UInt8] = []
  private var isOldHello = false

  init(_ direction: Direction) {
    self.direction = direction
  }

  /// Whether what came so far should be taken as TLS if no more comes: a record whose end was not seen.
  var isLikely: Bool { state == .possible && recordCount > 0 }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    if rest == 0 {
      receiveOfHeader(byte)
    } else {
      rest -= 1
      receiveOfFragment(byte)
    }
  }

  private mutating func receiveOfHeader(_ byte: UInt8) {
    header.append(byte)
    if header.count == 1, direction == .clientToServer, recordCount == 0, byte >= 0x80 { isOldHello = true }
    guard !isOldHello else {
      if !SSL2Hello.mayBegin(header) {
        state = .no
        return
      }
      if header.count == SSL2Hello.headerByteCount { state = .yes }
      return
    }
    guard fits(byte) else {
      state = .no
      return
    }
    guard header.count == 5 else { return }
    rest = Int(header[3]) << 8 | Int(header[4])
    if recordCount > 0, header[0] != 22 || message.isEmpty { state = .yes }
    recordCount = 1
    if rest == 0 { header = [] }
  }

  private func fits(_ byte: UInt8) -> Bool {
    switch header.count {
    case 1: (20...23).contains(byte)
    case 2: byte == 3
    case 3: byte <= 4
    case 4: Int(byte) << 8 <= TLSGuess.longestFragment
    default: fits(length: Int(header[3]) << 8 | Int(byte))
    }
  }

  private func fits(length: Int) -> Bool {
    switch header[0] {
    case 20: length == 1
    case 21: length >= 2 && length <= 256
    default: length > 0 && length <= TLSGuess.longestFragment
    }
  }

  private mutating func receiveOfFragment(_ byte: UInt8) {
    switch header[0] {
    case 22:
      receiveOfMessage(byte)
    case 21 where header[4] == 2 && header[3] == 0:
      if rest == 1, byte != 1, byte != 2 { state = .no }
      if rest == 0 { state = .yes }
    case 20 where byte != 1:
      state = .no
    default:
      break
    }
    if rest == 0 { header = [] }
  }

  /// A hello of at most 2^17 bytes, and of version 3.
  private mutating func receiveOfMessage(_ byte: UInt8) {
    guard message.count < 5 else { return }
    message.append(byte)
    let fits =
      switch message.count {
      case 1: byte == (direction == .clientToServer ? 1 : 2)
      case 2: byte <= 1
      case 5: byte == 3
      default: true
      }
    if !fits {
      state = .no
    } else if message.count == 5 {
      state = .yes
    }
  }
}
