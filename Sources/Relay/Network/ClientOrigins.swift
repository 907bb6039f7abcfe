import SessionEvents
import Synchronization

/// The clients of redirected TCP connections, as they are to themselves.
///
/// Two connections from one port to two servers would be one to the listener, so that connection tracking gives the
/// later one another port there; so it does while it remembers an earlier one that is over. By that port neither the
/// recording nor the look-up of the process must go: it may be somebody else's, or the relay's own.
final class ClientOrigins: Sendable {
  /// Nil where the kernel has no connection tracking, and so redirects nothing.
  private let tracking = Mutex(try? ConnectionTracking())

  /// The client that arrived at `reached` as `apparent`; from any thread, some microseconds.
  ///
  /// Stays as it is where the connection is gone already, or may not be asked about: the DNS sockets, which need the
  /// same right, say so.
  func client(_ apparent: Endpoint, reached: Endpoint) -> Endpoint {
    tracking.withLock { tracking in
      let origin = try? tracking?.origin(transport: .tcp, client: apparent, reached: reached)
      return origin?.client ?? apparent
    }
  }
}
