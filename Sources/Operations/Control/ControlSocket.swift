import Glibc
package import SessionEvents

/// A listening socket that the service is asked on; made before privileges are dropped, without any thread.
package struct ControlSocket: Hashable, Sendable {
  /// Where it listens.
  package enum Address: Hashable, Sendable {
    case path(String)
    case loopback(Endpoint)
  }

  /// Whom a socket's file belongs to.
  package struct Owner: Hashable, Sendable {
    package var uid: UInt32
    package var gid: UInt32

    package init(uid: UInt32, gid: UInt32) {
      self.uid = uid
      self.gid = gid
    }
  }

  package static let defaultPath = "/run/wiretape/relay.sock"
  private static let backlog: Int32 = 64

  package let descriptor: CInt
  package let address: Address

  /// Listens on a path, for `owner` and his group only (mode 0660); without an owner, for the caller and his.
  ///
  /// A socket that nobody listens on any more is replaced. Where only the last directory is missing it is made, and given
  /// to `owner`, who can then remove the socket at the end.
  package static func listen(path: String, owner: Owner? = nil) throws(OperationsFailure) -> ControlSocket {
    let address = try UnixSocketAddress(path: path)
    makeDirectory(of: path, owner: owner)
    try clear(path, address)
    let descriptor = makeSocket(AF_UNIX, SOCK_STREAM)
    guard descriptor >= 0 else { throw .systemCall("socket", code: errno, at: path) }
    do throws(OperationsFailure) {
      try check("bind", path, address.withSocketAddress { bind(descriptor, $0, $1) })
      // Nobody can connect before the socket listens: by then it is the owner's, and has its mode. A umask would be
      // that of all threads; and the mode comes first, since that of another's file takes a privilege (CAP_FOWNER).
      try check("chmod", path, fchmodat(AT_FDCWD, path, 0o660, AT_SYMLINK_NOFOLLOW))
      if let owner { try check("chown", path, lchown(path, owner.uid, owner.gid)) }
      try check("listen", path, Glibc.listen(descriptor, backlog))
    } catch {
      Glibc.close(descriptor)
      throw error
    }
    return ControlSocket(descriptor: descriptor, address: .path(path))
  }

  /// Listens on a loopback address; port 0 takes a free one.
  package static func listen(on endpoint: Endpoint) throws(OperationsFailure) -> ControlSocket {
    let place = endpoint.description
    guard endpoint.address.isLoopback else { throw .notLoopback(place) }
    let descriptor = makeSocket(endpoint.address.isIPv4 ? AF_INET : AF_INET6, SOCK_STREAM)
    guard descriptor >= 0 else { throw .systemCall("socket", code: errno, at: place) }
    do throws(OperationsFailure) {
      var reuse: Int32 = 1
      let size = socklen_t(MemoryLayout<Int32>.size)
      try check("setsockopt", place, setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, size))
      try check("bind", place, InternetSocketAddress(endpoint).withSocketAddress { bind(descriptor, $0, $1) })
      try check("listen", place, Glibc.listen(descriptor, backlog))
    } catch {
      Glibc.close(descriptor)
      throw error
    }
    let bound = InternetSocketAddress(boundTo: descriptor).map {
      Endpoint(address: endpoint.address, port: $0.port)
    }
    return ControlSocket(descriptor: descriptor, address: .loopback(bound ?? endpoint))
  }

  /// Closes a socket that no server has taken, and removes its file.
  package func close() {
    Glibc.close(descriptor)
    removeFile()
  }

  /// Removes the file of a socket that is closed, unless somebody else listens there by now.
  func removeFile() {
    guard case .path(let path) = address, let address = try? UnixSocketAddress(path: path) else { return }
    try? Self.clear(path, address)
  }

  // MARK: The file

  /// Makes way for the socket.
  private static func clear(_ path: String, _ address: UnixSocketAddress) throws(OperationsFailure) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return }
    guard facts.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    guard try isStale(path, address) else { throw .inUse(path: path) }
    guard unlink(path) == 0 || errno == ENOENT else { throw .systemCall("unlink", code: errno, at: path) }
  }

  /// Whether nobody listens: connecting is refused, or the file is gone meanwhile.
  ///
  /// A socket that exists and cannot be connected to for another reason, as a full backlog, is somebody's.
  private static func isStale(_ path: String, _ address: UnixSocketAddress) throws(OperationsFailure) -> Bool
  {
    let descriptor = makeSocket(AF_UNIX, SOCK_STREAM)
    guard descriptor >= 0 else { throw .systemCall("socket", code: errno, at: path) }
    defer { Glibc.close(descriptor) }
    // Not to wait for room in the other's backlog.
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    guard address.withSocketAddress({ connect(descriptor, $0, $1) }) != 0 else { return false }
    switch errno {
    case ECONNREFUSED, ENOENT: return true
    case EAGAIN, EINPROGRESS: return false
    default: throw .systemCall("connect", code: errno, at: path)
    }
  }

  /// Whatever fails here, `bind` will tell.
  private static func makeDirectory(of path: String, owner: Owner?) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let directory = String(path[..<slash])
    guard mkdir(directory, 0o755) == 0 else { return }
    if let owner { _ = lchown(directory, owner.uid, owner.gid) }
  }

  private static func check(_ call: String, _ place: String, _ status: Int32) throws(OperationsFailure) {
    guard status == 0 else { throw .systemCall(call, code: errno, at: place) }
  }
}
