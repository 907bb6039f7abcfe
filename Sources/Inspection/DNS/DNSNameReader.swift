/// Reads names, compressed or not (RFC 1035 §3.1, §4.1.4), from one message.
///
/// A pointer should lead back to a prior name; one that leads forward is followed all the same, with a finding.
/// However pointers lead, a name takes at most `mostPointers` of them, and at most 255 bytes.
struct DNSNameReader {
  private static let mostPointers = 126
  private static let longestName = 255

  let bytes: [UInt8]
  /// The message's place in `bytes`.
  let range: Range<Int>
  /// The last names read behind a pointer, which most records repeat.
  private var recent: [(position: Int, name: String)] = []

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  /// Reads a name at `position`, which moves behind it; nil where its end cannot be found before `end`.
  mutating func name(
    at position: inout Int, end: Int, note: (DNSProblem, Int, String) -> Void
  ) -> String? {
    let start = position
    if let cached = cachedName(at: &position, end: end) { return cached }
    var text: [UInt8] = []
    var place = position
    var limit = end
    var after: Int?
    var pointerCount = 0
    var wireByteCount = 1
    while true {
      guard place < limit else { return nil }
      let length = Int(bytes[place])
      switch length >> 6 {
      case 0:
        guard place + 1 + length <= limit else { return nil }
        wireByteCount += 1 + length
        if length == 0 {
          position = after ?? place + 1
          if wireByteCount > DNSNameReader.longestName + 1 {
            note(.nameTooLong, start, "a name of more than \(DNSNameReader.longestName) bytes is cut")
          }
          return finish(text, start)
        }
        if wireByteCount <= DNSNameReader.longestName {
          appendLabel(place + 1..<place + 1 + length, to: &text)
        }
        place += 1 + length
      case 3:
        guard place + 2 <= limit else { return nil }
        after = after ?? place + 2
        let target = range.lowerBound + ((length & 0x3f) << 8 | Int(bytes[place + 1]))
        pointerCount += 1
        guard pointerCount <= DNSNameReader.mostPointers, wireByteCount <= DNSNameReader.longestName else {
          note(.nameLoop, start, "the name's pointers lead in a circle")
          position = after ?? place + 2
          return finish(text, nil)
        }
        guard target < range.upperBound else {
          note(.labelInvalid, place, "a pointer leads beyond the message")
          position = after ?? place + 2
          return finish(text, nil)
        }
        if target >= place {
          note(.nameForwardPointer, place, "a pointer leads forward, to byte \(target - range.lowerBound)")
        }
        place = target
        limit = range.upperBound
      default:
        note(.labelInvalid, place, "label type \(length >> 6) is not in use")
        guard let after else { return nil }
        position = after
        return finish(text, nil)
      }
    }
  }

  private mutating func cachedName(at position: inout Int, end: Int) -> String? {
    guard position + 2 <= end, bytes[position] >= 0xc0 else { return nil }
    let target = range.lowerBound + (Int(bytes[position] & 0x3f) << 8 | Int(bytes[position + 1]))
    guard target < position, let found = recent.first(where: { $0.position == target }) else { return nil }
    position += 2
    return found.name
  }

  /// Makes the name; remembers it under its position, if that can be pointed to.
  private mutating func finish(_ text: [UInt8], _ position: Int?) -> String {
    let name = text.isEmpty ? "." : String(decoding: text.dropLast(), as: UTF8.self)
    if let position, position - range.lowerBound < 0x4000 {
      if recent.count == 8 { recent.removeFirst() }
      recent.append((position, name))
    }
    return name
  }

  private func appendLabel(_ label: Range<Int>, to text: inout [UInt8]) {
    for index in label { appendDNSByte(bytes[index], to: &text, special: isSpecialInName) }
    text.append(UInt8(ascii: "."))
  }
}

/// Appends a byte in presentation form (RFC 1035 §5.1): special ones behind a backslash, others as `\DDD`.
func appendDNSByte(_ byte: UInt8, to text: inout [UInt8], special: (UInt8) -> Bool) {
  if byte > 0x20, byte < 0x7f {
    if special(byte) { text.append(UInt8(ascii: "\\")) }
    text.append(byte)
  } else {
    text += [UInt8(ascii: "\\"), 0x30 + byte / 100, 0x30 + byte / 10 % 10, 0x30 + byte % 10]
  }
}

private func isSpecialInName(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"),
    UInt8(ascii: ";"), UInt8(ascii: "@"), UInt8(ascii: "$"):
    true
  default:
    false
  }
}
