public import Logging
import NIOCore
import NIOPosix
public import SessionEvents
public import TLSEngine

/// Intercepts the connections and DNS queries that reach its sockets, relays them, and tells its sink of all that was said.
public final class Relay: Sendable {
  private let context: RelayContext
  private let group: MultiThreadedEventLoopGroup
  private let lookups: NIOThreadPool

  /// `upstream` is called once, when the first TLS session wants it: reading the trust store takes its time.
  public init(
    configuration: RelayConfiguration, authority: SigningAuthority,
    upstream: @escaping @Sendable () throws(TLSFailure) -> UpstreamContext, sink: any SessionSink,
    attribution: (any ProcessAttribution)?, logger: Logger, threads: Int = 1
  ) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    lookups = NIOThreadPool(numberOfThreads: 1)
    lookups.start()
    context = RelayContext(
      configuration: configuration, interceptor: TLSInterceptor(authority: authority, makeUpstream: upstream),
      sink: sink, attribution: attribution, lookups: lookups, logger: logger)
  }

  /// Serves these sockets, which become the relay's: TCP listeners that connections are redirected to, and UDP sockets
  /// bound to port 53 with IP_PKTINFO or IPV6_RECVPKTINFO set.
  public func serve(tcpListeners: [CInt], dnsSockets: [CInt]) throws {
    let acceptor = SessionAcceptor(context: context, group: group)
    for descriptor in tcpListeners { _ = try acceptor.listen(on: descriptor).wait() }
    for descriptor in dnsSockets {
      _ = try DNSForwarder.serve(descriptor, context: context, group: group).wait()
    }
  }

  /// Waits until every TCP session has ended, `patience` at most, then ends the rest; nothing is relayed after it.
  public func drain(patience: TimeAmount) async {
    await sessionsEnd(within: patience)
    context.sessions.stopAll()
    await sessionsEnd(within: .seconds(1))
    try? await group.shutdownGracefully()
    try? await lookups.shutdownGracefully()
  }
}
