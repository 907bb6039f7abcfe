import Glibc
import NIOCore
import SessionEvents

// The C structures are read and made as bytes, for their layout is the kernel's: which module their fields belong to
// changes with what else the compiler has seen, since Glibc and NIO both declare them.

extension Endpoint {
  /// Nil for a UNIX socket's address.
  init?(_ address: SocketAddress) {
    switch address {
    case .v4(let ipv4): self.init(ipv4.address)
    case .v6(let ipv6): self.init(ipv6.address)
    case .unixDomainSocket: return nil
    }
  }

  init(_ address: sockaddr_in) {
    // Family, port, address: 2, 2 and 4 bytes, the last two as on the wire.
    self = withUnsafeBytes(of: address) { bytes in
      Endpoint(networkAddress: bytes[4..<8], networkPort: bytes[2..<4])
    }
  }

  /// An IPv4-mapped address becomes the IPv4 address that it maps.
  init(_ address: sockaddr_in6) {
    // Family, port, flow, address, scope: 2, 2, 4, 16 and 4 bytes.
    self = withUnsafeBytes(of: address) { bytes in
      let isMapped = bytes[8..<18].allSatisfy { $0 == 0 } && bytes[18] == 0xff && bytes[19] == 0xff
      return Endpoint(networkAddress: bytes[(isMapped ? 20 : 8)..<24], networkPort: bytes[2..<4])
    }
  }

  private init(networkAddress: Slice<UnsafeRawBufferPointer>, networkPort: Slice<UnsafeRawBufferPointer>) {
    // Four or sixteen bytes always make an address.
    let address = IPAddress(networkBytes: networkAddress) ?? .v6(0, 0)
    self.init(address: address, port: networkPort.reduce(0) { $0 << 8 | UInt16($1) })
  }
}

extension SocketAddress {
  init(_ endpoint: Endpoint) {
    let address = endpoint.address.networkBytes
    let isIPv4 = address.count == 4
    let family = UInt16(isIPv4 ? AF_INET : AF_INET6)
    let port = [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xff)]
    var bytes = withUnsafeBytes(of: family) { Array($0) } + port
    if !isIPv4 { bytes += [0, 0, 0, 0] }
    bytes += address
    // sockaddr_in ends with eight bytes of nothing, sockaddr_in6 with a scope.
    bytes += [UInt8](repeating: 0, count: isIPv4 ? 8 : 4)
    self = bytes.withUnsafeBytes { raw in
      isIPv4
        ? SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
        : SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
    }
  }
}
