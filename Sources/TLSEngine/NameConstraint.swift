public import SessionEvents

/// Names that a CA is permitted to sign for (RFC 5280 §4.2.1.10).
public enum NameConstraint: Hashable, Sendable {
  /// This DNS name, in lower case, and all names below it.
  case domain(String)
  /// Every address that shares this prefix; the bits after it are 0.
  case network(IPAddress, prefixLength: Int)

  /// Reads `example.com`, `192.0.2.1`, `10.0.0.0/8` or `2001:db8::/32`; nil for anything else, also for a network
  /// with bits after its prefix, and for a domain with a wildcard, since all below is meant anyway.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    if let address = IPAddress(String(parts[0])) {
      let bitCount = address.networkBytes.count * 8
      let length = parts.count == 2 ? Int(parts[1]) : bitCount
      guard let length, (0...bitCount).contains(length) else { return nil }
      let mask = Self.mask(length: length, byteCount: bitCount / 8)
      guard zip(address.networkBytes, mask).allSatisfy({ $0 & ~$1 == 0 }) else { return nil }
      self = .network(address, prefixLength: length)
    } else {
      let name = text.lowercased()
      guard Self.isDomain(name) else { return nil }
      self = .domain(name)
    }
  }

  /// Letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all; not a number at the end, which
  /// would be half an address.
  private static func isDomain(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isLabel = { (label: Substring) in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
          case UInt8(ascii: "-"), UInt8(ascii: "_"): true
          default: false
          }
        }
    }
    return name.utf8.count <= 253 && labels.allSatisfy(isLabel)
      && labels.last?.contains { !$0.isNumber } == true
  }

  /// What stands in the certificate: a name, or an address and its mask.
  var encoded: (isDomain: Bool, bytes: [UInt8]) {
    switch self {
    case .domain(let name):
      return (true, Array(name.utf8))
    case .network(let address, let prefixLength):
      let bytes = address.networkBytes
      return (false, bytes + Self.mask(length: prefixLength, byteCount: bytes.count))
    }
  }

  private static func mask(length: Int, byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { index in
      let ones = min(max(length - 8 * index, 0), 8)
      return UInt8(truncatingIfNeeded: 0xff00 >> ones)
    }
  }
}

extension NameConstraint: CustomStringConvertible {
  public var description: String {
    switch self {
    case .domain(let name): name
    case .network(let address, let prefixLength): "\(address)/\(prefixLength)"
    }
  }
}
