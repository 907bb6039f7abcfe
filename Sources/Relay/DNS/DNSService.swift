import Logging
import NIOCore
import SessionEvents

/// What serves DNS: its sockets, connections and queries share one event loop, and with it the limits of all queries.
struct DNSService: Sendable {
  private let context: RelayContext
  private let eventLoop: any EventLoop
  private let resolver: NIOLoopBoundBox<DNSResolver>

  init(context: RelayContext, limits: DNSLimits, eventLoop: any EventLoop) {
    self.context = context
    self.eventLoop = eventLoop
    resolver = .makeBoxSendingValue(
      DNSResolver(context: context, limits: limits, eventLoop: eventLoop), eventLoop: eventLoop)
  }

  /// Takes over bound UDP sockets; blocks, and is not to be called on an event loop.
  func serve(_ sockets: [CInt], destination: DNSDestination) throws {
    for descriptor in sockets {
      _ = try eventLoop.flatSubmit { [self] in
        DNSForwarder.serve(
          descriptor, destination: destination, resolver: resolver.value, context: context)
      }.wait()
    }
  }

  /// Serves connections that are redirected here by nameservers' answers.
  func acceptor(
    originalDestination: @escaping @Sendable (any Channel) -> EventLoopFuture<Endpoint?>
  ) -> SessionAcceptor {
    let overload = LogThrottle(logger: context.logger)
    return SessionAcceptor(context: context, group: eventLoop, originalDestination: originalDestination) {
      [context, resolver] opening, channel, time in
      let resolver = resolver.value
      guard resolver.connectionCount < resolver.limits.connectionCount else {
        overload.log(
          "closed a connection for DNS: \(resolver.limits.connectionCount) are open, which is the limit",
          metadata: ["client": "\(opening.client)"])
        return channel.close(promise: nil)
      }
      resolver.connectionCount += 1
      channel.closeFuture.assumeIsolated().whenComplete { _ in resolver.connectionCount -= 1 }
      try DNSStreamSession.start(opening, on: channel, at: time, resolver: resolver, context: context)
    }
  }
}
