import SessionEvents

/// The header of a frame (RFC 6455 §5.2).
///
/// ```text
/// | FIN: 1, RSV: 3, opcode: 4 | MASK: 1, length: 7 | length: 16, where that is 126, or 64, where 127 | key: 32 |
/// ```
struct WebSocketFrame: Hashable {
  /// Of the longest header.
  static let mostHeaderBytes = 14

  let isFinal: Bool
  /// RSV1 to RSV3, RSV1 the highest of three bits.
  let reservedBits: UInt8
  let opcode: UInt8
  /// The four bytes that the payload is masked with, the first one lowest; nil where it is not.
  let key: UInt32?
  let byteCount: UInt64
  /// Whether a shorter form would have held the length.
  let hasLongLength: Bool
  /// The stream offset of its first byte.
  let offset: UInt64
  /// Of its first byte.
  let start: Sighting

  /// How long the header is that begins with these bytes; nil where two are not there yet.
  static func headerByteCount(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 2 else { return nil }
    let length = bytes[1] & 0x7f
    return 2 + (length == 127 ? 8 : length == 126 ? 2 : 0) + (bytes[1] & 0x80 != 0 ? 4 : 0)
  }

  /// Reads a whole header.
  init?(_ bytes: [UInt8], offset: UInt64, start: Sighting) {
    var reader = ByteReader(bytes)
    guard let first = reader.uint8(), let second = reader.uint8() else { return nil }
    isFinal = first & 0x80 != 0
    reservedBits = first >> 4 & 7
    opcode = first & 0x0f
    switch second & 0x7f {
    case 127:
      guard let high = reader.uint32(), let low = reader.uint32() else { return nil }
      byteCount = UInt64(high) << 32 | UInt64(low)
      hasLongLength = byteCount <= 0xffff
    case 126:
      guard let count = reader.uint16() else { return nil }
      byteCount = UInt64(count)
      hasLongLength = count < 126
    case let count:
      byteCount = UInt64(count)
      hasLongLength = false
    }
    if second & 0x80 != 0 {
      guard let key = reader.uint32() else { return nil }
      self.key = key.byteSwapped
    } else {
      key = nil
    }
    self.offset = offset
    self.start = start
  }

  /// Control frames stand alone, also between the frames of a message (RFC 6455 §5.5).
  var isControl: Bool { opcode & 0x08 != 0 }

  var name: String { webSocketOpcodeName(opcode) }
}

/// What RFC 6455 §11.8 calls an opcode; reserved ones like `0x3`.
func webSocketOpcodeName(_ opcode: UInt8) -> String {
  switch opcode {
  case 0: "continuation"
  case 1: "text"
  case 2: "binary"
  case 8: "close"
  case 9: "ping"
  case 10: "pong"
  default: "0x" + String(opcode, radix: 16)
  }
}
