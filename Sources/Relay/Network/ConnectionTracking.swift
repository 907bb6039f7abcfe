import CLinux
import Glibc
import SessionEvents

/// The kernel's memory of what it redirects: whom a client asked before a REDIRECT rule sent its packets here.
///
/// Needs CAP_NET_ADMIN when made and at each look-up. A look-up is a request and an answer over netlink, some
/// microseconds, and never waits. Confined to one thread at a time.
struct ConnectionTracking: ~Copyable {
  /// A client's first packet, as the client sent it.
  struct Origin: Hashable {
    /// NAT gives a client socket another port where one socket asks two servers.
    var client: Endpoint
    var destination: Endpoint
  }

  struct Failure: Error, Hashable {
    var call: String
    /// ENOENT where no such flow is tracked, EPERM where the capability is missing.
    var code: CInt
  }

  private let descriptor: CInt

  /// Opens a socket of the calling thread's network namespace.
  init() throws(Failure) {
    descriptor = clinux_conntrack_socket()
    guard descriptor >= 0 else { throw Failure(call: "socket(NETLINK_NETFILTER)", code: errno) }
  }

  deinit { close(descriptor) }

  /// Where a packet from `client` meant to go that arrived at `reached`; both of one address family.
  func origin(
    transport: TransportProtocol, client: Endpoint, reached: Endpoint
  ) throws(Failure) -> Origin {
    let family = reached.address.networkBytes.count == 4 ? AF_INET : AF_INET6
    let number = transport == .tcp ? IPPROTO_TCP : IPPROTO_UDP
    // Answers leave from where the packet arrived.
    var reply = clinux_flow(from: reached, to: client)
    var origin = clinux_flow()
    guard clinux_conntrack_origin(descriptor, family, CInt(number), &reply, &origin) == 0 else {
      throw Failure(call: "conntrack", code: errno)
    }
    let byteCount = family == AF_INET ? 4 : 16
    return Origin(
      client: Endpoint(wireAddress: origin.source, byteCount, wirePort: origin.source_port),
      destination: Endpoint(wireAddress: origin.destination, byteCount, wirePort: origin.destination_port))
  }
}

/// Sixteen bytes, as C's arrays are imported.
private typealias WireAddress = (
  UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8,
  UInt8
)

extension clinux_flow {
  fileprivate init(from source: Endpoint, to destination: Endpoint) {
    self.init()
    withUnsafeMutableBytes(of: &self.source) { $0.copyBytes(from: source.address.networkBytes) }
    withUnsafeMutableBytes(of: &self.destination) { $0.copyBytes(from: destination.address.networkBytes) }
    source_port = source.port.bigEndian
    destination_port = destination.port.bigEndian
  }
}

extension Endpoint {
  fileprivate init(wireAddress: WireAddress, _ byteCount: Int, wirePort: UInt16) {
    let bytes = withUnsafeBytes(of: wireAddress) { Array($0.prefix(byteCount)) }
    // Four or sixteen bytes always make an address.
    self.init(address: IPAddress(networkBytes: bytes) ?? .v4(0), port: UInt16(bigEndian: wirePort))
  }
}
