/// Checks UTF-8 (RFC 3629 §4) piece by piece.
struct UTF8Check {
  /// Bytes that are looked at together; most text is ASCII.
  private static let blockByteCount = 64

  /// Whether nothing so far is wrong.
  private(set) var isValid = true
  /// Bytes that the character needs which is being read.
  private var needed = 0
  /// What its next byte may be.
  private var allowed: ClosedRange<UInt8> = 0x80...0xbf

  /// Whether all of it is UTF-8, and no character is cut at the end.
  var isWhole: Bool { isValid && needed == 0 }

  mutating func update(_ bytes: Span<UInt8>) {
    var position = 0
    while position < bytes.count, isValid {
      let end = min(position + UTF8Check.blockByteCount, bytes.count)
      if needed > 0 || !UTF8Check.isASCII(bytes, position, end) {
        for index in position..<end { receive(bytes[index]) }
      }
      position = end
    }
  }

  private static func isASCII(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var all: UInt8 = 0
    // No early exit: the loop is vectorised.
    for index in start..<end { all |= bytes[index] }
    return all < 0x80
  }

  private mutating func receive(_ byte: UInt8) {
    guard needed == 0 else {
      if !allowed.contains(byte) { isValid = false }
      allowed = 0x80...0xbf
      needed -= 1
      return
    }
    switch byte {
    case 0..<0x80: break
    case 0xc2...0xdf: expect(1)
    case 0xe0: expect(2, 0xa0...0xbf)
    case 0xed: expect(2, 0x80...0x9f)
    case 0xe1...0xef: expect(2)
    case 0xf0: expect(3, 0x90...0xbf)
    case 0xf1...0xf3: expect(3)
    case 0xf4: expect(3, 0x80...0x8f)
    default: isValid = false
    }
  }

  private mutating func expect(_ count: Int, _ next: ClosedRange<UInt8> = 0x80...0xbf) {
    needed = count
    allowed = next
  }
}
