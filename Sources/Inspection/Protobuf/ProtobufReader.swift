/// Reads a protobuf message without its schema (Protocol Buffers, Encoding).
///
/// Field numbers and wire types are known; what a length-delimited field is must be guessed, in this order: text, where
/// it is UTF-8 without control characters; a message, where it reads as one to its end and has a field; text again,
/// where tabs and line ends are all that speaks against it; else bytes. An empty one is text. Packed numbers cannot be
/// told from these: they come out as one or the other. A group is told as a message.
struct ProtobufReader {
  private let bytes: [UInt8]
  private let limits: GRPCLimits
  /// Fields that may still be told, of all levels together.
  private(set) var allowance: Int
  /// Whether fields were left out.
  private(set) var isCut = false

  init(_ bytes: [UInt8], limits: GRPCLimits, allowance: Int) {
    self.bytes = bytes
    self.limits = limits
    self.allowance = allowance
  }

  /// The fields in order; nil where it is no message.
  mutating func fields() -> [ProtobufField]? {
    var position = 0
    return fields(&position, end: bytes.count, depth: 0, group: nil)
  }

  /// Reads up to `end`, or up to the end of the group with that number.
  private mutating func fields(
    _ position: inout Int, end: Int, depth: Int, group: UInt32?
  ) -> [ProtobufField]? {
    var fields: [ProtobufField] = []
    while position < end {
      guard let key = varint(&position, end), key >> 3 >= 1, key >> 3 < 1 << 29 else { return nil }
      let number = UInt32(key >> 3)
      if key & 7 == 4 { return number == group ? fields : nil }
      guard let value = value(key & 7, number, &position, end, depth) else { return nil }
      if allowance > 0 {
        allowance -= 1
        fields.append(ProtobufField(number: number, value: value))
      } else {
        isCut = true
      }
    }
    return group == nil ? fields : nil
  }

  private mutating func value(
    _ wireType: UInt64, _ number: UInt32, _ position: inout Int, _ end: Int, _ depth: Int
  ) -> ProtobufField.Value? {
    switch wireType {
    case 0: return varint(&position, end).map { .varint($0) }
    case 1: return fixed(8, &position, end).map { .fixed64($0) }
    case 5: return fixed(4, &position, end).map { .fixed32(UInt32(truncatingIfNeeded: $0)) }
    case 2:
      guard let count = varint(&position, end), count <= UInt64(end - position) else { return nil }
      let start = position
      position += Int(count)
      return guess(start..<position, depth)
    case 3:
      guard depth < limits.depth else { return nil }
      let start = position
      return fields(&position, end: end, depth: depth + 1, group: number).map {
        .message($0, byteCount: position - start)
      }
    default: return nil
    }
  }

  private mutating func guess(_ range: Range<Int>, _ depth: Int) -> ProtobufField.Value {
    let look = TextLook(bytes[range])
    let start = Array(bytes[range].prefix(limits.excerptByteCount))
    if look == .plain { return .text(start, byteCount: range.count) }
    if depth < limits.depth {
      let before = (allowance, isCut)
      var position = range.lowerBound
      if let fields = fields(&position, end: range.upperBound, depth: depth + 1, group: nil) {
        return .message(fields, byteCount: range.count)
      }
      (allowance, isCut) = before
    }
    return look == .lines
      ? .text(start, byteCount: range.count) : .bytes(start, byteCount: range.count)
  }

  // MARK: Numbers

  /// Seven bits a byte, the lowest first; at most ten bytes.
  private func varint(_ position: inout Int, _ end: Int) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return shift < 63 || byte <= 1 ? value : nil }
    }
    return nil
  }

  private func fixed(_ count: Int, _ position: inout Int, _ end: Int) -> UInt64? {
    guard end - position >= count else { return nil }
    position += count
    return (0..<count).reduce(0) { $0 | UInt64(bytes[position - count + $1]) << UInt64(8 * $1) }
  }
}

/// Whether bytes may be text.
private enum TextLook {
  case plain
  /// But for tabs and line ends.
  case lines
  case no

  init(_ bytes: ArraySlice<UInt8>) {
    var check = UTF8Check()
    var hasLines = false
    for byte in bytes where byte < 0x20 || byte == 0x7f {
      guard byte == 0x09 || byte == 0x0a || byte == 0x0d else {
        self = .no
        return
      }
      hasLines = true
    }
    check.update(bytes.span)
    self = check.isWhole ? (hasLines ? .lines : .plain) : .no
  }
}
