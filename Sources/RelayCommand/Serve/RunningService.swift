import Attribution
import CommandSupport
import Glibc
import LinuxSystem
import Logging
import Operations
import Relay
import SessionEvents
import Settings
import TLSEngine

/// A service whose threads run, each with what it needs and no more.
final class RunningService {
  let relay: Relay
  let recording: ServeRecording?
  private let ledger: SessionLedger
  private let control: ControlServer
  private let identity: ServiceIdentity
  private let logger: Logger

  /// Gives up privileges on the way; the calling thread, which must be the only one, ends with none.
  ///
  /// Where it fails, what was recorded is complete, and no socket's file is left; other threads may run on.
  init(
    _ opened: OpenedService, settings: ServeSettings, file: String?, confinement: ServeConfinement,
    logger: Logger
  ) throws {
    self.logger = logger
    let ledger = SessionLedger(log: SessionLog(logger: logger))
    self.ledger = ledger
    _ = OpenFileLimit.raise()
    identity = ServiceIdentity(
      version: RelayCommand.version, pid: getpid(), started: .now(), listeners: opened.sockets.listeners,
      configurationFile: file)
    var unserved = opened.control[...]
    var started: (recording: ServeRecording?, control: ControlServer?)
    do {
      let lookups = try confinement.begin()
      let attribution = try HostProcesses()
      try confinement.confineFiles(writable: Self.writablePaths(settings))
      let recording = try settings.recording.place.map { place in
        try confinement.withoutCapabilities {
          try ServeRecording(settings.recording, at: place, logger: logger)
        }
      }
      started.recording = recording
      let sink: any SessionSink =
        recording.map { FanOut(first: ledger, second: $0.sink) } ?? ledger
      let relay = try confinement.withEventLoopRights {
        try Self.makeRelay(opened, settings, sink, attribution, lookups, logger)
      }
      let view = ServiceView(identity: identity, ledger: ledger) {
        Self.readings(relay: relay, recording: recording)
      }
      let control = try confinement.withoutCapabilities { ControlServer(view: view) }
      started.control = control
      while let (socket, offer) = unserved.popFirst() { try control.serve(socket, offering: offer) }
      try confinement.finish(relay, lookups)
      self.relay = relay
      self.recording = recording
      self.control = control
    } catch {
      for (socket, _) in unserved { socket.close() }
      started.control?.shutDown()
      started.recording?.finish()
      throw error
    }
  }

  /// A relay that serves, on threads with the rights of the calling one.
  private static func makeRelay(
    _ opened: OpenedService, _ settings: ServeSettings, _ sink: any SessionSink,
    _ attribution: HostProcesses, _ lookups: ProcessLookups, _ logger: Logger
  ) throws -> Relay {
    let upstream = opened.upstream
    let relay = try Relay(
      configuration: RelayConfiguration(settings),
      authority: opened.authority, upstream: { () throws(TLSFailure) in upstream }, sink: sink,
      attribution: attribution, lookups: lookups, logger: logger,
      threads: settings.service.threads ?? coreCount)
    let sockets = opened.sockets
    try relay.serve(tcpListeners: sockets.tcp, dnsSockets: [])
    try relay.serveDNS(
      sockets: sockets.dnsOverUDP, listeners: sockets.dnsOverTCP, destination: .connectionTracking)
    return relay
  }

  /// Says that the service is up.
  func announce(to notifier: ServiceNotifier) {
    let addresses = identity.listeners.map { "\($0.purpose.rawValue)=\($0.address)" }.joined(separator: " ")
    logger.notice("ready", metadata: ["listening": "\(addresses)"])
    notifier.startWatchdog { [relay, recording] in
      // Who waits for a slow disk works: a restart makes no disk faster, and loses what waits.
      recording?.isHoldingUp == true || relay.isResponsive(within: .seconds(5))
    }
    notifier.ready()
  }

  /// Ends within `patience` and a second: open sessions have that long to end by themselves.
  func end(patience: Duration) {
    relay.stopListening()
    relay.drain(patience: patience)
    recording?.finish()
    control.shutDown()
  }

  private static func readings(relay: Relay, recording: ServeRecording?) -> ServiceReadings {
    var readings = ServiceReadings()
    readings.recording = recording?.readings
    let facts = relay.readings
    readings.admission.isPaused = facts.isAcceptingPaused
    readings.admission.pauses = facts.pauseCount
    readings.admission.loops = facts.loopCount
    readings.admission.limit = facts.connectionLimit.map(UInt64.init)
    readings.admission.unredirected = facts.unredirectedCount
    readings.certificatesMinted = facts.mintedCertificateCount
    readings.dns = ServiceReadings.DNS(relay.dnsReadings)
    return readings
  }

  private static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  private static func writablePaths(_ settings: ServeSettings) -> [String] {
    var paths: [String] = []
    switch settings.recording.place {
    case .directory(let path): paths.append(ServiceDirectory.writablePath(for: path))
    case .file(let path): paths.append(ServiceDirectory.parent(of: path))
    case nil: break
    }
    // Sockets are removed at the end.
    if let path = settings.service.controlSocket { paths.append(ServiceDirectory.parent(of: path)) }
    if case .unixSocket(let path) = settings.service.metrics {
      paths.append(ServiceDirectory.parent(of: path))
    }
    return paths
  }
}

extension ServiceReadings.DNS {
  fileprivate init(_ readings: DNSReadings) {
    self.init()
    retries = readings.retryCount
    timeouts = readings.timeoutCount
    unanswered = readings.unansweredCount
    mismatches = readings.mismatchCount
    dropped = readings.droppedCount
    loops = readings.loopCount
    unredirected = readings.unredirectedCount
  }
}
