import CLinux
import Glibc

/// An address and a port.
public struct SocketEnd: Hashable, Sendable {
  public var address: NetworkAddress
  public var port: UInt16

  public init(address: NetworkAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension SocketEnd: CustomStringConvertible {
  /// `ADDR:PORT`, IPv6 in brackets.
  public var description: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

extension SocketEnd {
  /// Where an accepted connection was bound for before a redirection; nil, with errno set, when that is not known.
  public static func originalDestination(of socket: Int32, family: Int32) -> SocketEnd? {
    var storage = sockaddr_storage()
    guard clinux_original_destination(socket, family, &storage) == 0 else { return nil }
    return SocketEnd(storage)
  }

  static func local(of socket: Int32) -> SocketEnd? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    return result == 0 ? SocketEnd(storage) : nil
  }

  /// From the bytes of a sockaddr; nil for other families than IPv4 and IPv6.
  public init?(socketAddress bytes: [UInt8]) {
    // sockaddr_in: family, port, 4 bytes; sockaddr_in6: family, port, flow, 16 bytes (RFC 3493 §3.3).
    guard bytes.count >= 24 else { return nil }
    let addressBytes: ArraySlice<UInt8>
    switch bytes.withUnsafeBytes({ Int32($0.load(as: sa_family_t.self)) }) {
    case AF_INET: addressBytes = bytes[4..<8]
    case AF_INET6: addressBytes = bytes[8..<24]
    default: return nil
    }
    guard let address = NetworkAddress(bytes: Array(addressBytes)) else { return nil }
    self.init(address: address, port: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
  }

  init?(_ storage: sockaddr_storage) {
    self.init(socketAddress: withUnsafeBytes(of: storage, Array.init))
  }

  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var storage = sockaddr_storage()
    storage.ss_family = sa_family_t(address.family)
    withUnsafeMutableBytes(of: &storage) { bytes in
      bytes[2] = UInt8(port >> 8)
      bytes[3] = UInt8(port & 0xff)
      bytes[(address.isIPv4 ? 4 : 8)...].copyBytes(from: address.bytes)
    }
    let length = address.isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    return withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
    }
  }
}
