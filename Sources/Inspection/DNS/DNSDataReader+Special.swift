import SessionEvents

// Data whose fields depend on one another.
extension DNSDataReader {
  mutating func special(_ kind: Special) -> String? {
    switch kind {
    case .location: location()
    case .addressPrefixes: addressPrefixes()
    case .ipsecKey: ipsecKey()
    case .relay: relay()
    case .hostIdentity: hostIdentity()
    case .services: services()
    case .ipv6Chain: ipv6Chain()
    }
  }

  // MARK: LOC

  /// A place (RFC 1876 §2): latitude, longitude and altitude, its size, and how precise they are.
  private mutating func location() -> String? {
    guard uint8() == 0, let size = uint8().flatMap(Self.distance),
      let horizontal = uint8().flatMap(Self.distance),
      let vertical = uint8().flatMap(Self.distance), let latitude = uint32(), let longitude = uint32(),
      let altitude = uint32(), let north = Self.angle(latitude, "N", "S", most: 90),
      let east = Self.angle(longitude, "E", "W", most: 180)
    else { return nil }
    // Centimetres above 100 km below the ellipsoid.
    let centimetres = Int64(altitude) - 10_000_000
    let (metres, rest) = centimetres.magnitude.quotientAndRemainder(dividingBy: 100)
    let sign = centimetres < 0 ? "-" : ""
    return "\(north) \(east) \(sign)\(metres).\(Self.digits(Int(rest), 2))m \(size) \(horizontal) \(vertical)"
  }

  /// Thousandths of an arc second from 2^31.
  private static func angle(_ value: UInt32, _ positive: String, _ negative: String, most: Int) -> String? {
    let offset = Int(value) - 1 << 31
    let thousandths = offset.magnitude
    guard thousandths <= most * 3_600_000 else { return nil }
    let (seconds, fraction) = Int(thousandths).quotientAndRemainder(dividingBy: 1_000)
    let hemisphere = offset >= 0 ? positive : negative
    return "\(seconds / 3_600) \(seconds / 60 % 60) \(seconds % 60).\(digits(fraction, 3)) \(hemisphere)"
  }

  /// Four bits of a digit and four of a power of ten, in centimetres.
  private static func distance(_ value: UInt8) -> String? {
    let (digit, power) = (Int(value >> 4), Int(value & 0x0f))
    guard digit <= 9, power <= 9 else { return nil }
    switch power {
    case 0: return "0.0\(digit)m"
    case 1: return "0.\(digit)0m"
    default: return "\(digit)" + String(repeating: "0", count: digit == 0 ? 0 : power - 2) + "m"
    }
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  // MARK: Addresses

  /// `1:192.0.2.0/24 !2:2001:db8::/32` (RFC 3123 §4).
  private mutating func addressPrefixes() -> String? {
    var parts: [String] = []
    while !isAtEnd {
      guard let family = uint16(), let prefix = uint8(), let length = uint8() else { return nil }
      let byteCount = family == 1 ? 4 : 16
      guard family == 1 || family == 2, prefix <= byteCount * 8, length & 0x7f <= byteCount,
        let bytes = take(Int(length & 0x7f))
      else { return nil }
      let whole = Array(bytes) + [UInt8](repeating: 0, count: byteCount - bytes.count)
      guard let address = IPAddress(networkBytes: whole) else { return nil }
      parts.append("\(length & 0x80 == 0 ? "" : "!")\(family):\(address)/\(prefix)")
    }
    return parts.joined(separator: " ")
  }

  /// Which gateway, of one of four types (RFC 4025 §2.3).
  private mutating func gateway(_ type: UInt8) -> String? {
    switch type {
    case 0: "."
    case 1: address(byteCount: 4)
    case 2: address(byteCount: 16)
    case 3: name()
    default: nil
    }
  }

  private mutating func ipsecKey() -> String? {
    guard let precedence = uint8(), let type = uint8(), let algorithm = uint8(), let gateway = gateway(type)
    else {
      return nil
    }
    let key = Self.base64(rest())
    return "\(precedence) \(type) \(algorithm) \(gateway)" + (key.isEmpty ? "" : " \(key)")
  }

  /// AMTRELAY (RFC 8777 §4.2).
  private mutating func relay() -> String? {
    guard let precedence = uint8(), let type = uint8(), let gateway = gateway(type & 0x7f) else { return nil }
    return "\(precedence) \(type >> 7) \(type & 0x7f) \(gateway)"
  }

  /// HIP (RFC 8005 §5).
  private mutating func hostIdentity() -> String? {
    guard let tagByteCount = uint8(), let algorithm = uint8(), let keyByteCount = uint16(),
      let tag = take(Int(tagByteCount)), let key = take(Int(keyByteCount))
    else { return nil }
    var parts = [String(algorithm), Self.hexadecimal(tag, upperCase: true), Self.base64(key)]
    while !isAtEnd {
      guard let server = name() else { return nil }
      parts.append(server)
    }
    return parts.joined(separator: " ")
  }

  /// WKS: an address, a protocol and its ports (RFC 1035 §3.4.2).
  private mutating func services() -> String? {
    guard let address = address(byteCount: 4), let number = uint8() else { return nil }
    return ([address, String(number)] + bitNumbers(rest()).map { String($0) }).joined(separator: " ")
  }

  /// A6: what is known of an address, and where the rest is to be had (RFC 2874 §3.1).
  private mutating func ipv6Chain() -> String? {
    guard let prefix = uint8(), prefix <= 128, let suffix = take((128 - Int(prefix) + 7) / 8) else {
      return nil
    }
    var parts = [String(prefix)]
    if prefix < 128 {
      var whole = [UInt8](repeating: 0, count: 16 - suffix.count) + suffix
      if prefix % 8 != 0 { whole[Int(prefix) / 8] &= 0xff >> (prefix % 8) }
      guard let address = IPAddress(networkBytes: whole) else { return nil }
      parts.append(address.description)
    }
    if prefix > 0 {
      guard let name = name() else { return nil }
      parts.append(name)
    }
    return parts.joined(separator: " ")
  }

  /// The numbers of the bits that are set, the highest of the first byte being 0.
  func bitNumbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
    bytes.enumerated().flatMap { index, byte in
      (0..<8).compactMap { byte >> (7 - $0) & 1 == 1 ? index * 8 + $0 : nil }
    }
  }
}
