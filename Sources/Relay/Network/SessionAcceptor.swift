import Logging
import NIOCore
import NIOPosix
import SessionEvents

/// Accepts redirected TCP connections, and starts a session for each.
struct SessionAcceptor: Sendable {
  let context: RelayContext
  let group: MultiThreadedEventLoopGroup
  /// Where a connection meant to go, or nil for one that was not redirected; called on its event loop.
  let originalDestination: @Sendable (any Channel) -> EventLoopFuture<Endpoint?>

  /// Takes over a listening socket.
  func listen(on descriptor: CInt) -> EventLoopFuture<any Channel> {
    ServerBootstrap(group: group)
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
    return originalDestination(channel).flatMap { destination in
      guard let destination, let client = channel.remoteAddress.flatMap({ Endpoint($0) }) else {
        context.logger.warning(
          "closed a connection that was not redirected here",
          metadata: ["client": "\(channel.remoteAddress?.description ?? "unknown")"])
        return channel.close()
      }
      return context.opening(
        transport: .tcp, client: client, originalDestination: destination, on: channel.eventLoop
      ).flatMapThrowing { opening in
        try start(opening, on: channel, at: time)
      }
    }.always { _ in context.sessions.endArrival() }
  }

  private func start(_ opening: SessionOpening, on channel: any Channel, at time: Timestamp) throws {
    let journal = context.makeJournal()
    let driver = SessionDriver(context: context, opening: opening, journal: journal, clientChannel: channel)
    try channel.pipeline.syncOperations.addHandler(LegHandler(party: .client, driver: driver))
    let confined = NIOLoopBound(driver, eventLoop: channel.eventLoop)
    context.sessions.add(journal.session, transport: .tcp) {
      channel.eventLoop.execute { confined.value.stop() }
    }
    driver.start(at: time)
  }
}
