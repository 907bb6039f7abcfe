/// Finds the process behind a socket of the sandbox.
///
/// Owns the diagnostics socket. May be called from any thread; costs some ten microseconds, so it may run on an
/// event loop.
public final class SocketOwners: Sendable {
  /// - Parameters:
  ///   - diagnostics: `SandboxSockets.diagnostics`, owned from now on.
  ///   - supervisorPID: the root of the process tree to search.
  public init(diagnostics: Int32, supervisorPID: Int32) {}

  /// The process that holds the socket from `client` to `server` (before any redirection); nil where unknown.
  public func owner(_ transport: SocketTransport, client: SocketEnd, server: SocketEnd) -> SocketOwner? {
    nil
  }
}

/// A transport protocol of sockets.
public enum SocketTransport: Hashable, Sendable {
  case tcp
  case udp
}

/// An address and a port.
public struct SocketEnd: Hashable, Sendable {
  public var address: NetworkAddress
  public var port: UInt16

  public init(address: NetworkAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// The process that holds a socket.
public struct SocketOwner: Hashable, Sendable {
  public var pid: Int32
  public var uid: UInt32
  /// The kernel's short name (`/proc/PID/comm`), at most 15 bytes.
  public var name: String
  /// Nil where the link cannot be read.
  public var executable: String?
}
