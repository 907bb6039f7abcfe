import NIOCore
import NIOPosix

/// Answers HTTP/1.1 on the service's control sockets, on a thread of its own.
///
/// `/status` is JSON, `/metrics` Prometheus's text. Nothing can be changed. A socket has at most
/// `Limits.connections` connections, each of which is answered one request and lasts `Limits.patience` at most.
package final class ControlServer: Sendable {
  /// What a socket offers.
  package enum Offer: Hashable, Sendable {
    /// `/status` and `/metrics`.
    case everything
    /// `/metrics` only.
    case metrics
  }

  /// Starts the server's thread; privileges must be dropped by then.
  package init(view: ServiceView) {}

  /// Begins to answer on a socket, which becomes the server's.
  package func serve(_ socket: ControlSocket, offering offer: Offer) throws(OperationsFailure) {}

  /// Closes every connection and socket, removes their files, and ends the thread.
  package func shutDown() {}
}
