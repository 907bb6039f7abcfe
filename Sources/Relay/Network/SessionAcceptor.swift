import Logging
import NIOCore
import NIOPosix
import SessionEvents

/// Accepts redirected TCP connections, and starts a session for each.
struct SessionAcceptor: Sendable {
  let context: RelayContext
  let group: any EventLoopGroup
  /// Where a connection meant to go, or nil for one that was not redirected; called on its event loop.
  let originalDestination: @Sendable (any Channel) -> EventLoopFuture<Endpoint?>
  /// Makes a session of a connection; called on its event loop.
  let start: @Sendable (_ opening: SessionOpening, _ channel: any Channel, _ time: Timestamp) throws -> Void

  /// Takes over a listening socket.
  func listen(on descriptor: CInt) -> EventLoopFuture<any Channel> {
    ServerBootstrap(group: group)
      .serverChannelInitializer { [context] channel in
        channel.eventLoop.makeCompletedFuture {
          // While descriptors are short the kernel would wake the loop for the same connection again and again.
          let backoff = AcceptBackoffHandler(shouldForwardIOErrorCaught: true)
          try channel.pipeline.syncOperations.addHandlers([backoff, AcceptErrorHandler(context: context)])
          context.gate?.add(listener: channel)
        }
      }
      .serverChannelOption(.maxMessagesPerRead, value: 16)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.recvAllocator, value: Connecting.receiveBuffers)
      .childChannelOption(.writeBufferWaterMark, value: Connecting.writeBuffers)
      .childChannelInitializer { accept($0) }
      .withBoundSocket(descriptor)
  }

  private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
    let time = Timestamp.now()
    context.sessions.beginArrival()
    context.gate?.admit(channel)
    guard let client = channel.remoteAddress.flatMap({ Endpoint($0) }) else {
      // It was reset while it waited to be accepted: nobody knows any more whose it was.
      context.sessions.endArrival()
      return channel.close()
    }
    return originalDestination(channel).flatMap { destination in
      guard let destination else {
        context.refusals.refuseUnredirected(client: client)
        return channel.close()
      }
      return context.opening(
        transport: .tcp, client: client, reached: channel.localAddress.flatMap { Endpoint($0) },
        originalDestination: destination, on: channel.eventLoop
      ).flatMapThrowing { opening in
        guard !Refusals.isOwn(opening.process) else {
          context.refusals.refuseLoop(to: destination, mark: context.configuration.upstreamMark)
          return channel.close(promise: nil)
        }
        try start(opening, channel, time)
      }
    }.always { _ in context.sessions.endArrival() }
  }
}

/// Says that connections cannot be accepted, which is tried again every second.
private final class AcceptErrorHandler: ChannelInboundHandler {
  typealias InboundIn = any Channel

  private let throttle: LogThrottle

  init(context: RelayContext) {
    throttle = LogThrottle(logger: context.logger)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    throttle.log("connections wait to be accepted: \(Connecting.message(for: error))")
  }
}
