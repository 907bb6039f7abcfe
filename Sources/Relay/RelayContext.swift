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
  private let lastSession = Atomic<UInt64>(0)
  private let hasWarnedOfDescriptors = Atomic<Bool>(false)

  init(
    configuration: RelayConfiguration, interceptor: TLSInterceptor, sink: any SessionSink,
    attribution: (any ProcessAttribution)?, lookups: ProcessLookups, logger: Logger
  ) {
    current = Mutex(configuration)
    gate = configuration.connectionLimit.map { AdmissionGate(limit: $0, logger: logger) }
    refusals = Refusals(logger: logger)
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

  /// Says once that it is this process, not the server, that a connection failed on.
  func warnIfOutOfDescriptors(_ error: any Error) {
    guard let code = (error as? IOError)?.errnoCode, code == EMFILE || code == ENFILE else { return }
    let isFirst = hasWarnedOfDescriptors.exchange(true, ordering: .relaxed) == false
    if isFirst {
      logger.warning("sessions are refused for want of file descriptors: raise the limit with 'ulimit -n'")
    }
  }

  /// Describes a session before it opens, its process included.
  func opening(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint, on eventLoop: any EventLoop
  ) -> EventLoopFuture<SessionOpening> {
    @Sendable func opening(_ process: ProcessFacts?) -> SessionOpening {
      self.opening(
        transport: transport, client: client, originalDestination: originalDestination, process: process)
    }
    guard let attribution else { return eventLoop.makeSucceededFuture(opening(nil)) }
    return lookups.run(on: eventLoop) {
      opening(
        attribution.process(transport: transport, client: client, originalDestination: originalDestination))
    }
  }

  func opening(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint, process: ProcessFacts?
  ) -> SessionOpening {
    SessionOpening(
      transport: transport, client: client, originalDestination: originalDestination,
      interception: configuration.interception, process: process)
  }
}
