import Glibc
import SessionEvents

/// A socket of this process for clients to talk to, on a loopback address and a port of the system's choice.
final class Server {
  let endpoint: Endpoint
  private let descriptor: Int32

  init(_ transport: TransportProtocol, _ address: IPAddress = .v4(0x7f00_0001)) throws {
    let kind = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
    let descriptor = socket(address.isIPv4 ? AF_INET : AF_INET6, Int32(kind.rawValue) | O_CLOEXEC, 0)
    self.descriptor = descriptor
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    storage.ss_family = sa_family_t(address.isIPv4 ? AF_INET : AF_INET6)
    withUnsafeMutableBytes(of: &storage) { bytes in
      bytes[(address.isIPv4 ? 4 : 8)...].copyBytes(from: address.networkBytes)
    }
    let isReady = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, address.isIPv4 ? 16 : 28) == 0
          && (transport == .udp || listen(descriptor, 1_024) == 0)
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isReady else { throw Client.Failure(call: "bind") }
    let port = withUnsafeBytes(of: storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
    endpoint = Endpoint(address: address, port: port)
  }

  deinit {
    close(descriptor)
  }
}
