import SessionEvents

/// One handshake message of a direction (RFC 8446 §4, RFC 5246 §7.4).
struct TLSHandshakeMessage {
  var type: UInt8
  /// Type and length included; of types that nobody reads, only these.
  var bytes: [UInt8]
  /// Whether all of it was seen, and kept.
  var isWhole: Bool
  /// The stream offset of its first byte.
  var offset: UInt64
  var start: Sighting
  var end: Sighting
}

/// Joins the handshake messages of one direction from the fragments of its records (RFC 8446 §5.1).
///
/// Several messages may share a record, and one may take several. What is encrypted looks like a message of unknown
/// type, or of impossible length, and is told as `unreadable`.
struct TLSHandshakeAssembly {
  enum Progress {
    case more
    case message(TLSHandshakeMessage)
    /// The rest of this record cannot be read; `isEncrypted` says that it need not.
    case unreadable(isEncrypted: Bool)
  }

  private enum State {
    case header
    case body(rest: Int)
  }

  /// How far what stands where a message should begin is believed.
  private enum Trust {
    case full
    /// Behind a gap, any record may begin in the midst of a message.
    case afterLoss
    /// Only hellos are still in the clear, in TLS 1.3 (RFC 8446 §D.4).
    case afterCipherChange
  }

  private static let clientHello: UInt8 = 1
  private static let serverHello: UInt8 = 2
  private static let certificate: UInt8 = 11
  /// IANA's TLS HandshakeType registry; 67 is NPN's.
  private static let knownTypes: Set<UInt8> = [
    0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 25, 67, 254,
  ]
  /// Version, random, an empty session id, one cipher suite and one compression method of a ServerHello.
  private static let smallestHello = 38

  private let limits: InspectionLimits
  private var state: State = .header
  private var trust: Trust = .full
  private var message: [UInt8] = []
  private var isWhole = true
  /// The stream offset of the message that is read, or was read last.
  private(set) var messageOffset: UInt64 = 0
  private var start: Sighting?
  private var end: Sighting?
  /// When the record began, as long as none of its fragment was taken.
  private var recordStart: Sighting?

  init(limits: InspectionLimits) {
    self.limits = limits
  }

  mutating func beginRecord(at sighting: Sighting) {
    recordStart = sighting
  }

  /// Takes a fragment's bytes from `position` to `end`, or to the end of a message; `offset` is that of `position`.
  mutating func take(
    _ bytes: [UInt8], _ position: inout Int, _ end: Int, offset: UInt64, at sighting: Sighting
  ) -> Progress {
    let first = position
    while position < end {
      switch state {
      case .header:
        if message.isEmpty {
          messageOffset = offset + UInt64(position - first)
          start = recordStart ?? sighting
        }
        recordStart = nil
        message.append(bytes[position])
        position += 1
        self.end = sighting
        guard message.count == headerByteCount else { continue }
        if let progress = readHeader() { return progress }
      case .body(let rest):
        let count = min(rest, end - position)
        keep(bytes[position..<position + count])
        position += count
        self.end = sighting
        state = .body(rest: rest - count)
        if count == rest, let message = finishMessage() { return .message(message) }
      }
    }
    return .more
  }

  /// A record came to its end; behind a gap the next one is looked at anew.
  mutating func endRecord() {
    guard trust != .full, case .header = state else { return }
    message = []
  }

  /// So many bytes of a fragment are missing: gives the message that ends in them, and whether the next message's
  /// beginning is lost.
  mutating func skip(_ count: Int) -> (TLSHandshakeMessage?, isLost: Bool) {
    recordStart = nil
    guard case .body(let rest) = state, count <= rest else { return (lose(), true) }
    isWhole = false
    state = .body(rest: rest - count)
    return (count == rest ? finishMessage() : nil, false)
  }

  /// Bytes are missing, nobody knows how many messages: gives what there is of the one that they cut.
  mutating func lose() -> TLSHandshakeMessage? {
    if trust == .full { trust = .afterLoss }
    isWhole = false
    defer {
      state = .header
      message = []
    }
    guard case .body = state else { return nil }
    return finishMessage()
  }

  /// What follows is encrypted; gives what there is of a message that this cuts.
  mutating func protect() -> TLSHandshakeMessage? {
    let cut = lose()
    trust = .afterCipherChange
    isWhole = true
    return cut
  }

  // MARK: Messages

  /// With the version, if only a hello will do.
  private var headerByteCount: Int { trust == .afterCipherChange ? 6 : 4 }

  private mutating func readHeader() -> Progress? {
    let length = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
    guard isBelievable(length) else {
      message = []
      return .unreadable(isEncrypted: trust != .full)
    }
    if trust == .afterLoss { trust = .full }
    isWhole = true
    state = .body(rest: length - (message.count - 4))
    return length == 0 ? finishMessage().map { .message($0) } : nil
  }

  private func isBelievable(_ length: Int) -> Bool {
    let type = message[0]
    guard Self.knownTypes.contains(type) else { return false }
    let isHello = type == Self.clientHello || type == Self.serverHello
    switch trust {
    case .full:
      return true
    case .afterLoss:
      return isHello ? isHelloLength(length) : length <= 0x3ffff
    case .afterCipherChange:
      return isHello && isHelloLength(length) && message[4] == 3 && message[5] <= 4
    }
  }

  private func isHelloLength(_ length: Int) -> Bool {
    length >= Self.smallestHello && length <= limits.helloByteCount
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    guard isWhole else { return }
    let limit =
      switch message[0] {
      case Self.clientHello, Self.serverHello: limits.helloByteCount
      case Self.certificate: limits.tls.certificateMessageByteCount
      default: 0
      }
    guard limit > 0 else { return }
    let count = max(0, min(bytes.count, limit - message.count))
    message += bytes.prefix(count)
    if count < bytes.count { isWhole = false }
  }

  private mutating func finishMessage() -> TLSHandshakeMessage? {
    defer {
      state = .header
      message = []
      isWhole = true
    }
    guard let type = message.first, let start, let end else { return nil }
    return TLSHandshakeMessage(
      type: type, bytes: message, isWhole: isWhole, offset: messageOffset, start: start, end: end)
  }
}
