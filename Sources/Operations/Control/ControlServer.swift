import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import SessionEvents
import Synchronization

/// Answers HTTP/1.1 on the service's control sockets, on a thread of its own.
///
/// `/status` is JSON, `/metrics` Prometheus's text; nothing can be changed. Each socket has at most
/// `ControlLimits.connectionCount` connections, which are answered one request each and do not last; none can hold up
/// another, nor the relay.
package final class ControlServer: Sendable {
  /// What a socket offers.
  package enum Offer: Hashable, Sendable {
    /// `/status` and `/metrics`.
    case everything
    /// `/metrics` only.
    case metrics
  }

  private let view: ServiceView
  private let limits: ControlLimits
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let sockets = Mutex<[ControlSocket]>([])

  /// Starts the server's thread, which keeps the privileges that there are now.
  package init(view: ServiceView, limits: ControlLimits = ControlLimits()) {
    self.view = view
    self.limits = limits
  }

  /// Begins to answer on a socket, which becomes the server's.
  ///
  /// Blocks for a moment; not to be called on an event loop.
  package func serve(_ socket: ControlSocket, offering offer: Offer) throws(OperationsFailure) {
    let count = ConnectionCount(limit: limits.connectionCount)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelInitializer { $0.pipeline.addHandler(AcceptPause()) }
      // Who sends his request and then no more can still be answered.
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { [view, limits] channel in
        let isAdmitted = count.enter(until: channel.closeFuture)
        let handler = ControlHandler(view: view, offer: offer, limits: limits, isAdmitted: isAdmitted)
        return channel.eventLoop.makeCompletedFuture { try Self.configure(channel, handler, limits) }
      }
    do {
      _ = try bootstrap.withBoundSocket(socket.descriptor).wait()
    } catch {
      socket.removeFile()
      throw .cannotServe("\(error)", at: socket.address.description)
    }
    sockets.withLock { $0.append(socket) }
  }

  /// Closes every connection and socket, removes the sockets' files, and ends the thread.
  ///
  /// Blocks until that is done; not to be called on an event loop.
  package func shutDown() {
    try? group.syncShutdownGracefully()
    for socket in sockets.withLock({ $0 }) { socket.removeFile() }
  }

  private static func configure(_ channel: any Channel, _ handler: ControlHandler, _ limits: ControlLimits)
    throws
  {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(RequestLimit(byteCount: limits.requestByteCount))
    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    try pipeline.addHandler(HTTPResponseEncoder())
    try pipeline.addHandler(handler)
  }
}

/// What those who ask cannot exceed.
package struct ControlLimits: Hashable, Sendable {
  /// At a time and on one socket; a further one is told so and closed.
  package var connectionCount = 16
  /// Of a request, head and all.
  package var requestByteCount = 8 << 10
  /// From connecting to the end of the request.
  package var requestPatience = Duration.seconds(5)
  /// From connecting to the end of the connection.
  package var patience = Duration.seconds(15)

  package init() {}
}

extension ControlSocket.Address: CustomStringConvertible {
  package var description: String {
    switch self {
    case .path(let path): path
    case .loopback(let endpoint): endpoint.description
    }
  }
}

/// How many connections a socket has.
private final class ConnectionCount: Sendable {
  private let limit: Int
  private let count = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// Counts a connection until its channel is closed; false where it is one too many, which is not counted.
  func enter(until end: EventLoopFuture<Void>) -> Bool {
    guard count.add(1, ordering: .relaxed).newValue <= limit else {
      count.subtract(1, ordering: .relaxed)
      return false
    }
    end.whenComplete { [self] _ in count.subtract(1, ordering: .relaxed) }
    return true
  }
}

/// Waits a second where there is no descriptor for a connection: it stays in the backlog, so that the loop would try
/// again without end.
private final class AcceptPause: ChannelInboundHandler, Sendable {
  typealias InboundIn = any Channel

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let channel = context.channel
    channel.setOption(.autoRead, value: false).whenFailure { _ in }
    context.eventLoop.scheduleTask(in: .seconds(1)) {
      // Fails only for a socket that is closed.
      channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }
  }
}
