import Glibc

/// A connection to the socket that systemd listens on for news of a service; closed with the last reference.
final class NotifySocket: Sendable {
  private let descriptor: CInt

  /// How long a message may wait for room in systemd's queue.
  private static let patience = timeval(tv_sec: 1, tv_usec: 0)

  /// `name` is as in NOTIFY_SOCKET: a path, or `@` and an abstract name.
  init(connectingTo name: String) throws(OperationsFailure) {
    guard name.hasPrefix("/") || name.hasPrefix("@") else {
      throw .systemCall("connect", code: EAFNOSUPPORT, at: name)
    }
    let address =
      name.hasPrefix("@")
      ? try UnixSocketAddress(abstractName: String(name.dropFirst())) : try UnixSocketAddress(path: name)
    descriptor = makeSocket(AF_UNIX, SOCK_DGRAM)
    guard descriptor >= 0 else { throw .systemCall("socket", code: errno, at: name) }
    guard address.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 else {
      let code = errno
      close(descriptor)
      throw .systemCall("connect", code: code, at: name)
    }
    var patience = Self.patience
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit {
    close(descriptor)
  }

  /// Sends assignments, one a line, in one datagram; false when it could not be sent.
  @discardableResult
  func send(_ assignments: [String], waiting: Bool = true) -> Bool {
    let bytes = Array(assignments.joined(separator: "\n").utf8)
    let flags = Int32(MSG_NOSIGNAL) | (waiting ? 0 : Int32(MSG_DONTWAIT))
    while true {
      let count = Glibc.send(descriptor, bytes, bytes.count, flags)
      if count < 0, errno == EINTR { continue }
      return count == bytes.count
    }
  }
}
