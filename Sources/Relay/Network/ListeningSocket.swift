import CLinux
import Glibc
import NIOCore
public import SessionEvents

/// Opens the sockets that redirected traffic reaches, before privileges are given up and there is a relay.
public enum ListeningSocket {
  /// Why a socket could not be opened.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    public var endpoint: Endpoint
    public var transport: TransportProtocol
    public var call: String
    /// The value of `errno`.
    public var code: Int32

    public var description: String {
      "cannot listen on \(endpoint) (\(transport.rawValue)): \(call): \(String(cString: strerror(code)))"
    }
  }

  /// As many connections as the kernel lets wait (net.core.somaxconn caps it).
  private static let backlog: Int32 = 4_096
  private static let datagramBufferSize: Int32 = 4 << 20

  public static func tcp(_ endpoint: Endpoint) throws(Failure) -> CInt {
    let socket = try OpenSocket(endpoint, .tcp)
    socket.set(SO_REUSEADDR, 1)
    try socket.bind()
    guard listen(socket.descriptor, backlog) == 0 else { throw socket.failure("listen") }
    return socket.take()
  }

  /// A UDP socket that tells of each datagram which address it reached.
  public static func udp(_ endpoint: Endpoint) throws(Failure) -> CInt {
    let socket = try OpenSocket(endpoint, .udp)
    let family = endpoint.address.isIPv4 ? AF_INET : AF_INET6
    guard clinux_receive_packet_info(socket.descriptor, family) == 0 else {
      throw socket.failure("setsockopt")
    }
    // Beyond the limit of the system where that is allowed: a burst of queries waits rather than is lost.
    if !socket.set(SO_RCVBUFFORCE, datagramBufferSize) { socket.set(SO_RCVBUF, datagramBufferSize) }
    try socket.bind()
    return socket.take()
  }

  /// A socket that is closed unless it is taken.
  private struct OpenSocket: ~Copyable {
    let descriptor: CInt
    private let endpoint: Endpoint
    private let transport: TransportProtocol

    init(_ endpoint: Endpoint, _ transport: TransportProtocol) throws(Failure) {
      let kind = Int32((transport == .tcp ? SOCK_STREAM : SOCK_DGRAM).rawValue)
      let options = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      descriptor = socket(endpoint.address.isIPv4 ? AF_INET : AF_INET6, kind | options, 0)
      self.endpoint = endpoint
      self.transport = transport
      if descriptor < 0 { throw failure("socket") }
      if !endpoint.address.isIPv4 { clinux_set_v6_only(descriptor) }
    }

    deinit {
      if descriptor >= 0 { close(descriptor) }
    }

    consuming func take() -> CInt {
      let descriptor = descriptor
      discard self
      return descriptor
    }

    @discardableResult
    func set(_ option: Int32, _ value: Int32) -> Bool {
      var value = value
      return setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    func bind() throws(Failure) {
      let result = SocketAddress(endpoint).withSockAddr { address, length in
        Glibc.bind(descriptor, address, socklen_t(length))
      }
      guard result == 0 else { throw failure("bind") }
    }

    func failure(_ call: String) -> Failure {
      Failure(endpoint: endpoint, transport: transport, call: call, code: errno)
    }
  }
}
