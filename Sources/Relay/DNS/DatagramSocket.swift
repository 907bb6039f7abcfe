import Glibc
import NIOCore
import NIOPosix
import SessionEvents

/// How the relay's UDP sockets are set up.
enum DatagramSocket {
  /// So many datagrams are read by one system call.
  static let vectorCount = 8

  /// Room for the largest datagram, in each place of the vector: what does not fit would be cut off without a word.
  static let vectorBuffers = FixedSizeRecvByteBufferAllocator(capacity: vectorCount * 65_535)
  static let receiveBuffers = FixedSizeRecvByteBufferAllocator(capacity: 65_535)

  /// Room for a burst while the event loop is busy: some thousand small datagrams.
  private static let receiveByteCount: CInt = 4 << 20

  /// A system call that failed.
  struct Failure: Error, Hashable {
    var call: String
    var code: CInt

    var message: String { "\(call): \(String(cString: strerror(code)))" }
  }

  /// Makes the kernel's buffer as large as it lets this process make it.
  static func enlargeReceiveBuffer(_ descriptor: CInt) {
    var count = receiveByteCount
    let size = socklen_t(MemoryLayout<CInt>.size)
    // Beyond the system's limit with CAP_NET_ADMIN, up to it without; a smaller buffer works, too.
    if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &count, size) < 0 {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &count, size)
    }
  }

  /// A non-blocking socket of a random port that talks to `server` alone, marked before it does anything.
  static func connected(to server: Endpoint, mark: UInt32?) throws(Failure) -> CInt {
    let family = server.address.networkBytes.count == 4 ? AF_INET : AF_INET6
    let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, kind, 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    do throws(Failure) {
      try set(mark, on: descriptor)
      enlargeReceiveBuffer(descriptor)
      let result = SocketAddress(server).withSockAddr { address, count in
        connect(descriptor, address, socklen_t(count))
      }
      guard result == 0 else { throw Failure(call: "connect", code: errno) }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// A socket that cannot be marked must not be used: its datagrams could be redirected back here.
  private static func set(_ mark: UInt32?, on descriptor: CInt) throws(Failure) {
    guard var mark else { return }
    guard setsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, socklen_t(MemoryLayout<UInt32>.size)) == 0 else {
      throw Failure(call: "SO_MARK", code: errno)
    }
  }
}
