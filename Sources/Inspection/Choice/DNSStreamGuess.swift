/// Guesses whether a stream begins with a DNS message behind a two-byte length (RFC 1035 §4.2.2).
///
/// It is one when the header is plausible and its one question reads to its end.
struct DNSStreamGuess {
  private static let headerEnd = 14

  private(set) var state: GuessState = .possible
  private var bytes: [UInt8] = []
  /// How many bytes the next look needs.
  private var needed = DNSStreamGuess.headerEnd
  /// Whether the header would pass on a port that is DNS's own.
  private(set) var isWeaklyPlausible = false

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    bytes.append(byte)
    guard bytes.count == needed else { return }
    if needed == DNSStreamGuess.headerEnd {
      lookAtHeader()
    } else {
      lookAtQuestion()
    }
    if state != .possible { bytes = [] }
  }

  private mutating func lookAtHeader() {
    var reader = ByteReader(bytes)
    guard let length = reader.uint16(), let header = DNSHeader(&reader) else { return }
    isWeaklyPlausible = header.isWeaklyPlausible(byteCount: Int(length))
    guard header.isPlausible(byteCount: Int(length)) else {
      state = .no
      return
    }
    needed += 1
  }

  private mutating func lookAtQuestion() {
    switch DNSQuestionGuess.look(at: bytes, from: DNSStreamGuess.headerEnd) {
    case .yes: state = .yes
    case .no: state = .no
    case .more(let count): needed = count
    }
  }
}

/// Looks at the first question of what may be a DNS message.
enum DNSQuestionGuess {
  enum Look {
    case yes
    case no
    /// So many bytes are needed.
    case more(Int)
  }

  /// Reads a name without compression, as the first in a message must be, a type and a class.
  static func look(at bytes: [UInt8], from start: Int) -> Look {
    var position = start
    while position < bytes.count {
      let length = Int(bytes[position])
      guard length <= 63, position + 1 + length - start <= 255 else { return .no }
      position += 1 + length
      if length == 0 {
        guard position + 4 <= bytes.count else { return .more(position + 4) }
        let type = UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
        let `class` = UInt16(bytes[position + 2]) << 8 | UInt16(bytes[position + 3])
        guard type != 0, isKnownClass(`class`), !isNetBIOS(bytes[start..<position], type) else { return .no }
        return .yes
      }
    }
    return .more(position + 1)
  }

  /// Whether these bytes, behind the header, ask for a NetBIOS name.
  static func asksNetBIOS(_ bytes: [UInt8], from start: Int) -> Bool {
    // A length, 32 letters, a length of zero, a type; a scope behind the letters is rare.
    let nameEnd = start + 34
    guard nameEnd + 2 <= bytes.count, bytes[nameEnd - 1] == 0 else { return false }
    let type = UInt16(bytes[nameEnd]) << 8 | UInt16(bytes[nameEnd + 1])
    return isNetBIOS(bytes[start..<nameEnd], type)
  }

  /// The top bit belongs to multicast DNS (RFC 6762 §5.4, §10.2).
  private static func isKnownClass(_ value: UInt16) -> Bool {
    [1, 3, 4, 254, 255].contains(value & 0x7fff)
  }

  /// NetBIOS names travel in the same format (RFC 1002 §4.2), as 32 letters from A to P, but are no DNS.
  private static func isNetBIOS(_ name: ArraySlice<UInt8>, _ type: UInt16) -> Bool {
    guard type == 32 || type == 33, name.first == 32, name.count >= 34 else { return false }
    return name.dropFirst().prefix(32).allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "P")).contains($0) }
  }
}
