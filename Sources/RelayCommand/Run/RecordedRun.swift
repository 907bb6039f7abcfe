import Attribution
import CommandSupport
import Glibc
import LinuxSystem
import Logging
import Recorder
import Relay
import Sandbox
import SessionEvents
import TLSEngine

/// One `relay run`: a sandbox with the command, the relay outside it, and the recording of what passes.
struct RecordedRun {
  /// The relay's own failure, as docker, env and timeout have it.
  static let failureStatus: Int32 = 125
  /// How long connections may take to end once nothing runs in the sandbox any more.
  private static let drainPatience = Duration.seconds(2)
  /// Between SIGTERM and SIGKILL, for processes that the command left behind.
  private static let graceMilliseconds: UInt32 = 2_000

  let recording: RecordingOptions
  let interception: InterceptionOptions
  let command: CommandOptions
  private let diagnostics = Diagnostics(tool: "relay")

  init(recording: RecordingOptions, interception: InterceptionOptions, command: CommandOptions) {
    self.recording = recording
    self.interception = interception
    self.command = command
  }

  /// Returns the exit status.
  func run() throws -> Int32 {
    do {
      return try runRecorded()
    } catch let failure as CommandFailure {
      throw CommandFailure(failure.message, hint: failure.hint, status: Self.failureStatus)
    } catch let error as RecorderError {
      throw CommandFailure(error.description, hint: error.hint, status: Self.failureStatus)
    } catch let error as TLSFailure {
      throw CommandFailure(error.description, status: Self.failureStatus)
    } catch let error as SandboxError {
      throw CommandFailure(error.description, hint: error.hint, status: error.exitStatus)
    }
  }

  private func runRecorded() throws -> Int32 {
    Allocator.tune()
    // Before anything changes what signals do, and before there is a second thread.
    let ignoredSignals = CallerEnvironment.ignoredSignals()
    let signals = SignalForwarder(ignored: ignoredSignals)
    let authority = try SigningAuthority()
    let upstream = try UpstreamTrust(extraFiles: interception.upstreamCA)
    var plan = try plan(authority: authority)
    plan.ignoredSignals = ignoredSignals
    plan.openFileLimit = OpenFileLimit.raise()

    // What can fail comes before the recording, which may replace an older one.
    if let name = plan.command.first { try CommandSearch.check(name) }
    let sandbox = try RunningSandbox.start(plan)
    let stopper = RunStopper(policy: recording.onRecordFailure, diagnostics: diagnostics)
    let recorder = try RunRecorder(recording, command: command.command, onFailure: stopper.recordingFailed)
    do {
      let relay = try relay(in: sandbox, authority: authority, upstream: upstream, sink: recorder.sink)
      _ = try sandbox.launchCommand()
      stopper.watch(sandbox)
      signals.start(sandbox.send(signal:))
      let status = try waitForEnd(of: sandbox)
      signals.stopForwarding()
      relay.drain(patience: Self.drainPatience)
      recorder.finish(diagnostics: recording.quiet ? nil : diagnostics)
      return stopper.hasStopped ? Self.failureStatus : status.exitStatus
    } catch {
      recorder.discard()
      throw error
    }
  }

  private func plan(authority: SigningAuthority) throws -> SandboxPlan {
    let trust = try PrivateTrust(
      authority: authority, environment: CallerEnvironment.variables(), now: .now())
    for note in trust.notes { diagnostics.note(note) }
    // As the bytes that the caller gave: file names need not be UTF-8.
    var plan = SandboxPlan(command: CallerEnvironment.lastArguments(command.command.count))
    plan.environment = trust.environment.mapValues { $0 }
    plan.files = trust.files
    plan.addresses = .detect()
    plan.hostLoopbackPorts = Set(interception.hostLoopback)
    return plan
  }

  private func relay(
    in sandbox: RunningSandbox, authority: SigningAuthority, upstream: UpstreamTrust, sink: any SessionSink
  ) throws -> Relay {
    guard let sockets = sandbox.takeSockets() else {
      preconditionFailure("a sandbox's sockets are taken once")
    }
    let configuration = RelayConfiguration(
      interception: .sandbox, bypass: HostPatterns(interception.bypass),
      onBadCertificate: interception.onBadCertificate)
    let processes = SandboxProcesses(
      diagnostics: sockets.diagnostics, supervisorPID: sandbox.supervisorPID)
    let relay = try Relay(
      configuration: configuration, authority: authority, upstream: upstream.makeContext, sink: sink,
      attribution: processes, logger: Self.logger())
    do {
      try relay.serve(
        tcpListeners: [sockets.tcp4] + [sockets.tcp6].compactMap(\.self),
        dnsSockets: [sockets.dns4] + [sockets.dns6].compactMap(\.self))
    } catch {
      throw CommandFailure("cannot serve the sandbox's sockets: \(error)")
    }
    return relay
  }

  /// Returns how the command ended, once nothing runs in the sandbox.
  private func waitForEnd(of sandbox: RunningSandbox) throws -> WaitStatus {
    var status: WaitStatus?
    while true {
      switch sandbox.nextEvent() {
      case .commandEnded(let ended, let remaining):
        status = ended
        if !remaining.isEmpty { end(remaining, in: sandbox) }
      case .ended:
        guard let status else { throw CommandFailure("the sandbox ended before its command") }
        return status
      case .launcherLost:
        throw CommandFailure("the sandbox's supervisor was killed, and with it the command")
      }
    }
  }

  /// Gives what the command left behind some time, then ends it: without the relay it would have no network.
  private func end(_ remaining: [SandboxProcess], in sandbox: RunningSandbox) {
    var ready = pollfd(fd: sandbox.eventDescriptor, events: Int16(POLLIN), revents: 0)
    if poll(&ready, 1, Int32(command.linger * 1_000)) > 0 { return }
    let names = remaining.map { "\($0.name)[\($0.pid)]" }.joined(separator: ", ")
    diagnostics.note("ending what the command left behind: \(names)")
    sandbox.terminateRemaining(graceMilliseconds: Self.graceMilliseconds)
  }

  private static func logger() -> Logger {
    Logger(label: "relay") { _ in DiagnosticsLogHandler(diagnostics: Diagnostics(tool: "relay")) }
  }
}
