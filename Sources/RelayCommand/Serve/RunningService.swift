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
  private let ledger = SessionLedger()
  private let control: ControlServer
  private let identity: ServiceIdentity
  private let logger: Logger

  /// Gives up privileges on the way; the calling thread, which must be the only one, ends with none.
  init(
    _ opened: OpenedService, settings: ServeSettings, confinement: ServeConfinement, logger: Logger
  ) throws {
    self.logger = logger
    _ = OpenFileLimit.raise()
    identity = ServiceIdentity(
      version: RelayCommand.version, pid: getpid(), started: .now(), listeners: opened.sockets.listeners)

    let lookups = try confinement.begin()
    let attribution = try HostProcesses()
    try confinement.confineFiles(writable: Self.writablePaths(settings))
    let ledger = ledger
    let recording = try settings.recording.place.map { place in
      try confinement.withoutCapabilities {
        try ServeRecording(settings.recording, at: place, logger: logger)
      }
    }
    self.recording = recording
    let sink: any SessionSink = recording.map { FanOut(first: ledger, second: $0.sink) } ?? ledger
    let upstream = opened.upstream
    let relay = try confinement.withEventLoopRights {
      let relay = try Relay(
        configuration: RelayConfiguration(settings),
        authority: opened.authority, upstream: { () throws(TLSFailure) in upstream }, sink: sink,
        attribution: attribution, lookups: lookups, logger: logger,
        threads: settings.service.threads ?? Self.coreCount)
      let sockets = opened.sockets
      try relay.serve(tcpListeners: sockets.tcp, dnsSockets: [])
      try relay.serveDNS(
        sockets: sockets.dnsOverUDP, listeners: sockets.dnsOverTCP, destination: .connectionTracking)
      return relay
    }
    self.relay = relay
    let view = ServiceView(identity: identity, ledger: ledger) {
      Self.readings(relay: relay, recording: recording)
    }
    control = try confinement.withoutCapabilities { ControlServer(view: view) }
    if let socket = opened.control { try control.serve(socket, offering: .everything) }
    if let socket = opened.metrics { try control.serve(socket, offering: .metrics) }
    try confinement.finish()
  }

  /// Says that the service is up.
  func announce(to notifier: ServiceNotifier) {
    let addresses = identity.listeners.map { "\($0.purpose.rawValue)=\($0.address)" }.joined(separator: " ")
    logger.notice("ready", metadata: ["listening": "\(addresses)"])
    let relay = relay
    notifier.startWatchdog { works in
      if relay.isResponsive(within: .seconds(5)) { works() }
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
    case .directory(let path): paths.append(RecordingDirectory.writablePath(for: path))
    case .file(let path): paths.append(RecordingDirectory.parent(of: path))
    case nil: break
    }
    // Sockets are removed at the end.
    if let path = settings.service.controlSocket { paths.append(RecordingDirectory.parent(of: path)) }
    if case .unixSocket(let path) = settings.service.metrics {
      paths.append(RecordingDirectory.parent(of: path))
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
