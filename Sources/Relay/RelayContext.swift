import Glibc
import Logging
import NIOCore
import NIOPosix
import SessionEvents
import Synchronization
import TLSEngine

/// What all sessions of a relay share.
final class RelayContext: Sendable {
  let interceptor: TLSInterceptor
  let sink: any SessionSink
  let sessions = LiveSessions()
  let logger: Logger
  let gate: AdmissionGate?
  let refusals: Refusals
  let dnsCounters = DNSCounters()
  private let current: Mutex<RelayConfiguration>
  private let attribution: (any ProcessAttribution)?
  private let lookups: ProcessLookups
  /// Nil in the sandbox, whose many listening addresses keep connections apart.
  private let origins: ClientOrigins?
  private let lastSession = Atomic<UInt64>(0)
  private let outOfDescriptors: LogThrottle
  private let distrust: LogThrottle

  init(
    configuration: RelayConfiguration, interceptor: TLSInterceptor, sink: any SessionSink,
    attribution: (any ProcessAttribution)?, lookups: ProcessLookups, logger: Logger
  ) {
    current = Mutex(configuration)
    gate = configuration.connectionLimit.map { AdmissionGate(limit: $0, logger: logger) }
    refusals = Refusals(logger: logger)
    origins = configuration.interception == .redirect ? ClientOrigins() : nil
    outOfDescriptors = LogThrottle(logger: logger)
    distrust = LogThrottle(logger: logger)
    self.interceptor = interceptor
    self.sink = sink
    self.attribution = attribution
    self.lookups = lookups
    self.logger = logger
  }

  /// Sessions that are open go on as they began, but for limits of time.
  var configuration: RelayConfiguration {
    get { current.withLock(\.self) }
    set {
      current.withLock { $0 = newValue }
      if let limit = newValue.connectionLimit { gate?.limit = limit }
    }
  }

  func makeJournal() -> SessionJournal {
    let number = lastSession.add(1, ordering: .relaxed).newValue
    return SessionJournal(session: SessionID(number), sink: sink)
  }

  /// Says that it is this process, not the server, that a connection failed on.
  func warnIfOutOfDescriptors(_ error: any Error) {
    guard let code = (error as? IOError)?.errnoCode, code == EMFILE || code == ENFILE else { return }
    outOfDescriptors.log(
      "sessions are refused for want of file descriptors: raise the limit with 'ulimit -n'")
  }

  /// Says that a client refuses the relay's certificates, though the server's stands: in a service the likeliest reason
  /// is a CA that is not installed, or that the program has a store of its own.
  func warnOfDistrust(by opening: SessionOpening) {
    guard configuration.interception == .redirect else { return }
    distrust.log(
      "a client does not trust the relay's CA: 'relay ca install' has the system trust it, and says what programs need",
      metadata: [
        "process": "\(opening.process?.name ?? "unknown")", "server": "\(opening.originalDestination)",
      ])
  }

  /// Describes a session before it opens, its process included.
  ///
  /// `reached` is the listener's address where the client is known only as the listener sees it.
  func opening(
    transport: TransportProtocol, client: Endpoint, reached: Endpoint? = nil, originalDestination: Endpoint,
    on eventLoop: any EventLoop
  ) -> EventLoopFuture<SessionOpening> {
    let origins = reached == nil ? nil : self.origins
    @Sendable func opening() -> SessionOpening {
      let client = reached.flatMap { origins?.client(client, reached: $0) } ?? client
      return self.opening(
        transport: transport, client: client, originalDestination: originalDestination,
        process: attribution?.process(
          transport: transport, client: client, originalDestination: originalDestination))
    }
    guard attribution != nil || origins != nil else { return eventLoop.makeSucceededFuture(opening()) }
    return lookups.run(on: eventLoop, opening)
  }

  func opening(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint, process: ProcessFacts?
  ) -> SessionOpening {
    SessionOpening(
      transport: transport, client: client, originalDestination: originalDestination,
      interception: configuration.interception, process: process)
  }
}
