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
  /// The last names read, which most records repeat behind a pointer: the oldest, and those since.
  ///
  /// The oldest stands apart, since in most messages there is no other, and it needs no array.
  private var oldest: (position: Int, name: String)?
  private var recent: [(position: Int, name: String)] = []

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  /// Reads a name at `position`, which moves behind it; nil where its end cannot be found before `end`.
  mutating func name(
    at position: inout Int, end: Int, note: (DNSProblem, Int, String) -> Void
  ) -> String? {
    if let cached = cachedName(at: &position, end: end) { return cached }
    if let (name, next) = plainName(at: position, end: end) {
      keep(name, at: position)
      position = next
      return name
    }
    var walk = Walk(start: position, limit: end)
    while true {
      guard walk.place < walk.limit else { return nil }
      let length = Int(bytes[walk.place])
      let isAtEnd: Bool?
      switch length >> 6 {
      case 0: isAtEnd = readLabel(length, &walk, note)
      case 3: isAtEnd = followPointer(&walk, note)
      default:
        note(.labelInvalid, walk.place, "label type \(length >> 6) is not in use")
        walk.isDamaged = true
        isAtEnd = walk.after == nil ? nil : true
      }
      guard let isAtEnd else { return nil }
      if isAtEnd {
        position = walk.after ?? walk.place
        return finish(walk)
      }
    }
  }

  /// The way through the labels and pointers of one name.
  private struct Walk {
    let start: Int
    var place: Int
    /// Where the bytes end that may be read: for a name within a record's data, those of the data.
    var limit: Int
    /// Behind the first pointer, where the name ends in the record.
    var after: Int?
    var text: [UInt8] = []
    /// As the name would be without compression.
    var byteCount = 0
    var pointerCount = 0
    var leadsForward = false
    var isDamaged = false

    init(start: Int, limit: Int) {
      self.start = start
      place = start
      self.limit = limit
    }
  }

  /// Reads a label; true after the last, nil where it does not fit.
  private func readLabel(_ length: Int, _ walk: inout Walk, _ note: (DNSProblem, Int, String) -> Void)
    -> Bool?
  {
    let label = walk.place + 1..<walk.place + 1 + length
    guard label.upperBound <= walk.limit else { return nil }
    walk.place = label.upperBound
    walk.byteCount += 1 + length
    let isTooLong = walk.byteCount > DNSNameReader.longestName
    // Behind a pointer nothing more need be read, or a few bytes would cost as much as many.
    if length == 0 || (isTooLong && walk.after != nil) {
      if isTooLong {
        note(.nameTooLong, walk.start, "a name of more than \(DNSNameReader.longestName) bytes is cut")
      }
      return true
    }
    if walk.byteCount < DNSNameReader.longestName { appendLabel(label, to: &walk.text) }
    return false
  }

  /// Follows a pointer; true where it leads nowhere, nil where it does not fit.
  private func followPointer(_ walk: inout Walk, _ note: (DNSProblem, Int, String) -> Void) -> Bool? {
    let place = walk.place
    guard place + 2 <= walk.limit else { return nil }
    walk.after = walk.after ?? place + 2
    let distance = Int(bytes[place] & 0x3f) << 8 | Int(bytes[place + 1])
    let target = range.lowerBound + distance
    walk.pointerCount += 1
    guard walk.pointerCount <= DNSNameReader.mostPointers else {
      note(.nameLoop, walk.start, "the name's pointers lead in a circle")
      walk.isDamaged = true
      return true
    }
    guard target < range.upperBound else {
      note(.labelInvalid, place, "a pointer leads beyond the message, to byte \(distance)")
      walk.isDamaged = true
      return true
    }
    if target >= place, !walk.leadsForward {
      walk.leadsForward = true
      note(.nameForwardPointer, place, "a pointer leads forward, to byte \(distance)")
    }
    walk.place = target
    walk.limit = range.upperBound
    return false
  }

  private mutating func cachedName(at position: inout Int, end: Int) -> String? {
    guard position + 2 <= end, bytes[position] >= 0xc0 else { return nil }
    let target = range.lowerBound + (Int(bytes[position] & 0x3f) << 8 | Int(bytes[position + 1]))
    guard target < position else { return nil }
    let found = oldest?.position == target ? oldest : recent.first { $0.position == target }
    guard let found else { return nil }
    position += 2
    return found.name
  }

  /// Makes the name; remembers it under its place, if that can be pointed to.
  private mutating func finish(_ walk: Walk) -> String {
    let name = walk.text.isEmpty ? "." : String(decoding: walk.text.dropLast(), as: UTF8.self)
    if !walk.isDamaged { keep(name, at: walk.start) }
    return name
  }

  /// Remembers a name, if it can be pointed to.
  private mutating func keep(_ name: String, at start: Int) {
    guard start - range.lowerBound < 0x4000 else { return }
    if oldest == nil {
      oldest = (start, name)
    } else {
      if recent.count == 7 { oldest = recent.removeFirst() }
      recent.append((start, name))
    }
  }

  /// Reads a name whose labels all stand here and are plain, as most are, straight into a string; and where it ends.
  private func plainName(at start: Int, end: Int) -> (name: String, next: Int)? {
    let bytes = bytes.span
    var place = start
    while place < end, bytes[place] > 0 {
      let label = place + 1..<place + 1 + Int(bytes[place])
      guard bytes[place] < 64, label.upperBound < end, bytes.extracting(label).isPlainInName else {
        return nil
      }
      place = label.upperBound
    }
    guard place < end, place > start, place + 1 - start <= DNSNameReader.longestName else { return nil }
    // A full stop for every label's length but the first's.
    let count = place - start - 1
    let text = [UInt8](capacity: count) { text in
      var label = start
      while label < place {
        if label > start { text.append(UInt8(ascii: ".")) }
        let next = label + 1 + Int(bytes[label])
        for index in label + 1..<next { text.append(bytes[index]) }
        label = next
      }
    }
    return (String(decoding: text, as: UTF8.self), place + 1)
  }

  private func appendLabel(_ label: Range<Int>, to text: inout [UInt8]) {
    if text.isEmpty { text.reserveCapacity(64) }
    if bytes.span.extracting(label).isPlainInName {
      text.append(contentsOf: bytes[label])
    } else {
      for index in label { appendDNSByte(bytes[index], to: &text, special: isSpecialInName) }
    }
    text.append(UInt8(ascii: "."))
  }
}

extension Span<UInt8> {
  /// Whether these are only letters, digits, hyphens and underscores, as nearly all labels are.
  fileprivate var isPlainInName: Bool {
    for index in indices {
      switch self[index] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        continue
      default: return false
      }
    }
    return true
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
