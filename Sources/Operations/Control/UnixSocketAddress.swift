import Glibc

/// The address of a UNIX socket (unix(7)): a file's path, or a name in the abstract name space.
struct UnixSocketAddress: Hashable, Sendable {
  /// `sun_path`: of a path with the zero byte at its end, of an abstract name with one before it.
  private let name: [UInt8]

  /// Bytes that a path may have.
  static let longestPath = MemoryLayout<sockaddr_un>.size - nameOffset - 1
  private static let nameOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2

  init(path: String) throws(OperationsFailure) {
    let bytes = Array(path.utf8)
    guard bytes.count <= Self.longestPath else { throw .pathTooLong(path, limit: Self.longestPath) }
    // An empty path would be taken for a wish for any abstract name, and a zero byte ends a path early.
    guard !bytes.isEmpty, !bytes.contains(0) else { throw .systemCall("bind", code: ENOENT, at: path) }
    name = bytes + [0]
  }

  init(abstractName: String) throws(OperationsFailure) {
    let bytes = Array(abstractName.utf8)
    guard bytes.count <= Self.longestPath else {
      throw .pathTooLong("@\(abstractName)", limit: Self.longestPath)
    }
    name = [0] + bytes
  }

  /// Calls `body` with the address as the kernel wants it.
  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(Self.nameOffset + name.count)
    return withUnsafePointer(to: address) { pointer in
      // Holds: every socket address begins with its family, by which the kernel reads the rest.
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}

/// A new socket, closed on exec; -1 with errno set on failure.
func makeSocket(_ family: Int32, _ type: __socket_type) -> CInt {
  socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
}
