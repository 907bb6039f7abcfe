import Glibc
import Testing

@testable import Operations

/// A socket of a test's, which waits ten seconds at most for anything.
final class UnixSocket {
  let descriptor: CInt

  init(descriptor: CInt) {
    self.descriptor = descriptor
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Connects to a listening socket.
  convenience init(path: String) throws {
    let descriptor = makeSocket(AF_UNIX, SOCK_STREAM)
    let status = try UnixSocketAddress(path: path).withSocketAddress { connect(descriptor, $0, $1) }
    try #require(status == 0, "connect: \(String(cString: strerror(errno)))")
    self.init(descriptor: descriptor)
  }

  /// Receives datagrams at an address.
  convenience init(receivingAt address: UnixSocketAddress) throws {
    let descriptor = makeSocket(AF_UNIX, SOCK_DGRAM)
    try #require(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
    self.init(descriptor: descriptor)
  }

  deinit {
    close(descriptor)
  }

  /// False where the other side takes no more.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  func finishSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// All that comes until the other side ends; nil where it does not end.
  func receiveAll() -> String? {
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else {
        let isEnd = count == 0 || errno == ECONNRESET
        return isEnd ? String(decoding: received, as: UTF8.self) : nil
      }
      received.append(contentsOf: chunk.prefix(count))
    }
  }

  /// One datagram; nil where none comes.
  func receive() -> String? {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    return count < 0 ? nil : String(decoding: chunk.prefix(count), as: UTF8.self)
  }
}
