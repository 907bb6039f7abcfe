import Glibc
import NIOCore
import SessionEvents

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
    self.init(
      address: .v4(UInt32(bigEndian: address.sin_addr.s_addr)), port: UInt16(bigEndian: address.sin_port))
  }

  /// An IPv4-mapped address becomes the IPv4 address that it maps.
  init(_ address: sockaddr_in6) {
    let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
    let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
    let address6 = IPAddress(networkBytes: isMapped ? bytes[12...] : bytes[...])
    self.init(address: address6 ?? .v6(0, 0), port: UInt16(bigEndian: address.sin6_port))
  }
}

extension SocketAddress {
  init(_ endpoint: Endpoint) {
    switch endpoint.address {
    case .v4(let value):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = value.bigEndian
      address.sin_port = endpoint.port.bigEndian
      self.init(address)
    case .v6:
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: endpoint.address.networkBytes) }
      address.sin6_port = endpoint.port.bigEndian
      self.init(address)
    }
  }
}
