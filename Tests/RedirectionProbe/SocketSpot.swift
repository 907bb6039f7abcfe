import Glibc

/// A transport, an address and a port, as `tcp/ADDRESS/PORT`.
struct SocketSpot {
  var isTCP: Bool
  var family: Int32
  private var storage: [UInt8]

  init?(_ text: String) {
    let parts = text.split(separator: "/").map(String.init)
    guard parts.count == 3, let port = UInt16(parts[2]) else { return nil }
    isTCP = parts[0] == "tcp"
    family = parts[1].contains(":") ? AF_INET6 : AF_INET
    // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address, scope.
    storage = [UInt8](repeating: 0, count: family == AF_INET ? 16 : 28)
    storage[0] = UInt8(family)
    storage[2] = UInt8(port >> 8)
    storage[3] = UInt8(port & 0xff)
    let offset = family == AF_INET ? 4 : 8
    let family = family
    let isAddress = storage.withUnsafeMutableBytes { bytes in
      inet_pton(family, parts[1], bytes.baseAddress.map { $0 + offset })
    }
    guard isAddress == 1 else { return nil }
  }

  /// The text of a socket address that the kernel filled in.
  static func text(_ storage: [UInt8]) -> String {
    let family = Int32(storage[0])
    let offset = family == AF_INET ? 4 : 8
    var name = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    storage.withUnsafeBytes { bytes in
      _ = inet_ntop(family, bytes.baseAddress.map { $0 + offset }, &name, socklen_t(name.count))
    }
    let address = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let port = UInt16(storage[2]) << 8 | UInt16(storage[3])
    return family == AF_INET ? "\(address):\(port)" : "[\(address)]:\(port)"
  }

  func makeSocket() -> Int32 {
    socket(family, Int32((isTCP ? SOCK_STREAM : SOCK_DGRAM).rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    storage.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { address in
        // Never empty: it holds a whole socket address.
        body(address.baseAddress.unsafelyUnwrapped, socklen_t(bytes.count))
      }
    }
  }
}
