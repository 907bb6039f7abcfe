import LinuxSystem

/// Why the service cannot be seen, or tell of itself, from outside.
package enum OperationsFailure: Error, Hashable {
  /// A system call on a socket, or its file, failed; the value of `errno`.
  case systemCall(String, code: Int32, at: String)
  /// Somebody answers on the socket already.
  case inUse(path: String)
  /// There is a file in the socket's place, which is not to be removed.
  case notASocket(path: String)
  /// The kernel takes paths of this many bytes at most.
  case pathTooLong(String, limit: Int)
  /// Metrics are not for the network.
  case notLoopback(String)
  /// The server that was to use the socket is shut down, or could not take it.
  case cannotServe(String, at: String)
}

extension OperationsFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .systemCall(let call, let code, let place):
      "'\(place)': \(SystemCallFailure(call, code: code))"
    case .inUse(let path): "'\(path)': another relay answers on this socket"
    case .notASocket(let path): "'\(path)' exists, and is not a socket"
    case .pathTooLong(let path, let limit): "'\(path)': a socket's path has \(limit) bytes at most"
    case .notLoopback(let address): "'\(address)' is no loopback address"
    case .cannotServe(let reason, let place): "'\(place)': cannot serve the socket: \(reason)"
    }
  }

  /// What to do next.
  package var hint: String? {
    switch self {
    case .systemCall, .cannotServe: nil
    case .inUse: "stop the other relay, or choose another path"
    case .notASocket: "remove the file, or choose another path"
    case .pathTooLong: "choose a shorter path"
    case .notLoopback: "give an address such as 127.0.0.1:9464, or the path of a socket"
    }
  }
}
