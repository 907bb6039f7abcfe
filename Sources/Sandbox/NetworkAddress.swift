import Glibc

/// An IPv4 or IPv6 address as its 4 or 16 bytes, in network byte order.
public struct NetworkAddress: Hashable, Sendable {
  public let bytes: [UInt8]

  /// Nil for any other count than 4 or 16.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  public var isIPv4: Bool { bytes.count == 4 }

  /// 127.0.0.0/8 or ::1.
  var isLoopback: Bool {
    isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// 169.254.0.0/16 or fe80::/10.
  var isLinkLocal: Bool {
    isIPv4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
  }

  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

  var family: Int32 { isIPv4 ? AF_INET : AF_INET6 }
}

extension NetworkAddress: LosslessStringConvertible {
  /// As inet_ntop(3) writes it.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = inet_ntop(family, bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// As inet_pton(3) reads it, without a zone.
  public init?(_ text: String) {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.init(bytes: Array(bytes.prefix(4)))
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      self.init(bytes: bytes)
    } else {
      return nil
    }
  }
}
