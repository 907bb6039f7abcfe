/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
  /// In host byte order: 127.0.0.1 is `0x7f00_0001`.
  case v4(UInt32)
  /// The high and the low 64 bits: ::1 is `(0, 1)`.
  case v6(UInt64, UInt64)

  public var isIPv4: Bool {
    switch self {
    case .v4: true
    case .v6: false
    }
  }

  /// 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    switch self {
    case .v4(let value): value >> 24 == 127
    case .v6(let high, let low): high == 0 && low == 1
    }
  }

  /// The address in network byte order: 4 or 16 bytes.
  public var networkBytes: [UInt8] {
    switch self {
    case .v4(let value):
      return (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    case .v6(let high, let low):
      return (0..<16).map { index in
        UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> (56 - 8 * (index % 8)))
      }
    }
  }

  /// Reads an address from 4 or 16 bytes in network byte order; nil for any other count.
  @inlinable
  public init?(networkBytes bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4:
      self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
    case 16:
      self = .v6(
        bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
        bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
    default:
      return nil
    }
  }
}

extension IPAddress: CustomStringConvertible, ASCIIText {
  /// Dotted decimal, or RFC 5952: lower case, the longest run of zero groups shortened.
  public var description: String {
    guard case .v4(let value) = self else { return asciiDescription }
    let text = [UInt8](capacity: Self.longestIPv4Text) { Self.writeIPv4(value, to: &$0) }
    return String(decoding: text, as: UTF8.self)
  }

  public func write(into text: inout [UInt8]) {
    switch self {
    case .v4(let value):
      text.append(addingCapacity: Self.longestIPv4Text) { Self.writeIPv4(value, to: &$0) }
    case .v6(let high, let low):
      text.append(contentsOf: Self.text(high, low).utf8)
    }
  }

  private static let longestIPv4Text = 15

  private static func writeIPv4(_ value: UInt32, to text: inout OutputSpan<UInt8>) {
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      appendDecimal(UInt64(value >> shift & 0xff), to: &text)
      if shift > 0 { text.append(UInt8(ascii: ".")) }
    }
  }

  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    let groups = [high, low].flatMap { half in
      (0..<4).map { UInt16(truncatingIfNeeded: half >> (48 - 16 * $0)) }
    }
    // RFC 5952 §5: an IPv4-mapped address keeps its dotted form.
    if high == 0, groups[4] == 0, groups[5] == 0xffff {
      return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: low)))"
    }
    return shortened(groups)
  }

  private static func shortened(_ groups: [UInt16]) -> String {
    let zeros = longestZeroRun(groups)
    func text(_ range: Range<Int>) -> String {
      range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
    }
    guard let zeros else { return text(0..<8) }
    return "\(text(0..<zeros.lowerBound))::\(text(zeros.upperBound..<8))"
  }

  /// The first longest run of at least two zero groups (RFC 5952 §4.2).
  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
      start = end + 1
    }
    return best
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Reads dotted decimal (four decimal octets) or any RFC 4291 §2.2 form of IPv6, without a zone.
  public init?(_ text: String) {
    if text.utf8.contains(UInt8(ascii: ":")) {
      guard let groups = Self.groups(ofIPv6: text) else { return nil }
      self = .v6(
        groups.prefix(4).reduce(0) { $0 << 16 | UInt64($1) },
        groups.suffix(4).reduce(0) { $0 << 16 | UInt64($1) })
    } else {
      guard let value = Self.value(ofIPv4: text.utf8.span) else { return nil }
      self = .v4(value)
    }
  }

  private static func value(ofIPv4 text: Span<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    var octet: UInt32 = 0
    var digitCount = 0
    var octetCount = 1
    for index in text.indices {
      let byte = text[index]
      switch byte {
      case 0x30...0x39:
        octet = octet * 10 + UInt32(byte - 0x30)
        digitCount += 1
        guard digitCount <= 3, octet <= 255 else { return nil }
      case UInt8(ascii: "."):
        guard digitCount > 0, octetCount < 4 else { return nil }
        value = value << 8 | octet
        (octet, digitCount) = (0, 0)
        octetCount += 1
      default:
        return nil
      }
    }
    return digitCount > 0 && octetCount == 4 ? value << 8 | octet : nil
  }

  private static func groups(ofIPv6 text: String) -> [UInt16]? {
    let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
    guard let first = halves.first, let head = groupList(first) else { return nil }
    switch halves.count {
    case 1:
      return head.count == 8 ? head : nil
    case 2:
      guard let tail = groupList(halves[1]), head.count + tail.count <= 7 else { return nil }
      return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    default:
      return nil
    }
  }

  private static func groupList(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let value = value(ofIPv4: part.utf8.span) else { return nil }
        groups += [UInt16(value >> 16), UInt16(value & 0xffff)]
      } else {
        let isHex = part.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard isHex, part.utf8.count <= 4, let group = UInt16(part, radix: 16) else { return nil }
        groups.append(group)
      }
    }
    return groups
  }
}
