import Glibc
package import SessionEvents

/// A listening socket that the service is asked on; made before privileges are dropped, without any thread.
package struct ControlSocket: Hashable, Sendable {
  /// Where it listens.
  package enum Address: Hashable, Sendable {
    case path(String)
    case loopback(Endpoint)
  }

  /// Whom the socket's file belongs to.
  package struct Owner: Hashable, Sendable {
    package var uid: UInt32
    package var gid: UInt32

    package init(uid: UInt32, gid: UInt32) {
      self.uid = uid
      self.gid = gid
    }
  }

  package static let defaultPath = "/run/wiretape/relay.sock"

  package let descriptor: CInt
  package let address: Address

  /// Listens on a path, for `owner` and his group only (mode 0660).
  ///
  /// A socket that nobody listens on is replaced. The directory is made where only it is missing, and given to `owner`,
  /// who can then remove the socket at the end.
  package static func listen(path: String, owner: Owner? = nil) throws(OperationsFailure) -> ControlSocket {
    throw .inUse(path: path)
  }

  /// Listens on a loopback address; port 0 takes a free one.
  package static func listen(on endpoint: Endpoint) throws(OperationsFailure) -> ControlSocket {
    throw .notLoopback("\(endpoint)")
  }

  /// Listens where `text` says: on a path if it holds a `/`, else on a loopback `ADDR:PORT`.
  package static func listen(_ text: String, owner: Owner? = nil) throws(OperationsFailure) -> ControlSocket {
    throw .notLoopback(text)
  }

  /// Closes the socket, and removes its file if that is still the one that was made.
  package func close() {}
}
