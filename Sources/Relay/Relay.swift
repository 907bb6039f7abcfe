import Dispatch
import Glibc
public import Logging
import NIOCore
import NIOPosix
public import SessionEvents
import Synchronization
public import TLSEngine

/// Intercepts the connections and DNS queries that reach its sockets, relays them, and tells its sink of all that was said.
public final class Relay: Sendable {
  private let context: RelayContext
  private let group: MultiThreadedEventLoopGroup
  private let lookups: ProcessLookups
  /// Those that are served; the event loops own them.
  private let sockets = Mutex<[CInt]>([])
  private let listeners = Mutex<[any Channel]>([])

  /// `upstream` is called once, when the first TLS session wants it: reading the trust store takes its time.
  public init(
    configuration: RelayConfiguration, authority: SigningAuthority,
    upstream: @escaping @Sendable () throws(TLSFailure) -> UpstreamContext, sink: any SessionSink,
    attribution: (any ProcessAttribution)?, lookups: ProcessLookups = ProcessLookups(), logger: Logger,
    threads: Int = 1
  ) throws(TLSFailure) {
    let interceptor = try TLSInterceptor(authority: authority, makeUpstream: upstream)
    group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    self.lookups = lookups
    context = RelayContext(
      configuration: configuration, interceptor: interceptor, sink: sink, attribution: attribution,
      lookups: lookups, logger: logger)
  }

  /// Serves these sockets, which become the relay's: TCP listeners that connections are redirected to, and UDP sockets
  /// bound to port 53 with IP_PKTINFO or IPV6_RECVPKTINFO set.
  public func serve(tcpListeners: [CInt], dnsSockets: [CInt]) throws {
    try serve(tcpListeners: tcpListeners, originalDestination: OriginalDestination.of)
    try serveDNS(sockets: dnsSockets, listeners: [], destination: .packetInfo)
  }

  /// Serves DNS over UDP and, with `listeners`, over TCP; all these sockets become the relay's.
  ///
  /// With `.connectionTracking` the sockets may have any port; it is to this that queries are redirected. Whether
  /// `listeners` serve nameservers' answers or what they serve is relayed as any TCP is settled here, for good.
  public func serveDNS(sockets: [CInt], listeners: [CInt], destination: DNSDestination) throws {
    try serveDNS(
      sockets: sockets, listeners: listeners, destination: destination,
      originalDestination: OriginalDestination.of)
  }

  func serveDNS(
    sockets: [CInt], listeners: [CInt], destination: DNSDestination, limits: DNSLimits = DNSLimits(),
    originalDestination: @escaping @Sendable (any Channel) -> EventLoopFuture<Endpoint?>
  ) throws {
    let service = DNSService(context: context, limits: limits, eventLoop: group.next())
    try service.serve(sockets, destination: destination)
    self.sockets.withLock { $0 += sockets }
    switch context.configuration.dns {
    case .original:
      try serve(tcpListeners: listeners, originalDestination: originalDestination)
    case .nameservers:
      let acceptor = service.acceptor(originalDestination: originalDestination)
      try serve(listeners, by: acceptor)
    }
  }

  func serve(
    tcpListeners: [CInt], originalDestination: @escaping @Sendable (any Channel) -> EventLoopFuture<Endpoint?>
  ) throws {
    let acceptor = SessionAcceptor(
      context: context, group: group, originalDestination: originalDestination
    ) { [context] opening, channel, time in
      try SessionDriver.start(opening, on: channel, at: time, context: context)
    }
    try serve(tcpListeners, by: acceptor)
  }

  private func serve(_ tcpListeners: [CInt], by acceptor: SessionAcceptor) throws {
    for descriptor in tcpListeners {
      let listener = try acceptor.listen(on: descriptor).wait()
      listeners.withLock { $0.append(listener) }
    }
    self.sockets.withLock { $0 += tcpListeners }
  }

  /// What is relayed from now on goes by this; whether there is a limit of connections at all stays as it was.
  public func reconfigure(_ configuration: RelayConfiguration) {
    context.configuration = configuration
  }

  /// Judges servers from now on by the trust store that `upstream` makes.
  public func replaceUpstream(_ upstream: @escaping @Sendable () throws(TLSFailure) -> UpstreamContext) {
    context.interceptor.replaceUpstream(upstream)
  }

  public var dnsReadings: DNSReadings { context.dnsCounters.readings }

  public var readings: RelayReadings {
    RelayReadings(
      isAcceptingPaused: context.gate?.isPaused ?? false, pauseCount: context.gate?.pauseCount ?? 0,
      connectionLimit: context.gate?.limit,
      unredirectedCount: context.refusals.unredirectedCount, loopCount: context.refusals.loopCount,
      mintedCertificateCount: context.interceptor.mintedCertificateCount)
  }

  /// Whether every event loop answers within the limit; blocks, and is not to be called on one.
  public func isResponsive(within limit: Duration) -> Bool {
    let answers = DispatchSemaphore(value: 0)
    let loops = Array(group.makeIterator())
    for loop in loops { loop.execute { answers.signal() } }
    let deadline = DispatchTime.now() + .nanoseconds(Int(TimeAmount(limit).nanoseconds))
    return loops.allSatisfy { _ in answers.wait(timeout: deadline) == .success }
  }

  /// Runs `body` on the thread of each event loop, and waits for it; not to be called on one.
  public func confine(_ body: @escaping @Sendable () throws -> Void) throws {
    for loop in group.makeIterator() { try loop.submit(body).wait() }
  }

  /// Accepts no more connections; those that wait to be accepted are reset.
  ///
  /// Blocks until that is done.
  public func stopListening() {
    sockets.withLock { $0 = [] }
    for listener in listeners.withLock({ $0 }) { try? listener.close().wait() }
  }

  /// Waits until every TCP session has ended, `patience` at most, then ends what is left; nothing is relayed after it.
  ///
  /// Blocks; not to be called on an event loop.
  public func drain(patience: Duration) {
    takeInArrivals(until: .now() + TimeAmount(patience))
    waitForConnections(atMost: patience)
    context.sessions.stopAll()
    // What was stopped tells the sink so, each on its event loop.
    waitForConnections(atMost: .seconds(1))
    // Before the loops end, to which it answers; what it has found out has become a session then. And after the
    // sessions have given their descriptors back: libdispatch, which this starts, cannot do without some.
    lookups.finish()
    letLoopsCatchUp()
    context.sessions.stopAll()
    try? group.syncShutdownGracefully()
  }

  /// Waits until nothing is left to be accepted: a command may end as soon as it has connected.
  private func takeInArrivals(until deadline: NIODeadline) {
    var sources = sockets.withLock { $0.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) } }
    while NIODeadline.now() < deadline, poll(&sources, nfds_t(sources.count), 0) > 0,
      sources.contains(where: { $0.revents & Int16(POLLIN) != 0 })
    {
      poll(nil, 0, 1)
    }
    // What a loop has accepted, it has taken in once it does the next thing.
    letLoopsCatchUp()
  }

  private func letLoopsCatchUp() {
    for loop in group.makeIterator() { try? loop.submit {}.wait() }
  }

  private func waitForConnections(atMost limit: Duration) {
    let loop = group.next()
    let ended = loop.makePromise(of: Void.self)
    let deadline = loop.scheduleTask(in: TimeAmount(limit)) { ended.succeed() }
    context.sessions.whenNoConnections { ended.succeed() }
    try? ended.futureResult.wait()
    deadline.cancel()
  }
}
