import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// A sandbox, from its making to the end of everything in it.
///
/// Dropping it kills whatever still runs inside, and waits for that. Its functions may be called from any thread;
/// `launchCommand` once, then `nextEvent` from one thread at a time.
public final class RunningSandbox: Sendable {
  /// The launcher, which supervises the sandbox: the root of its process tree.
  public let supervisorPID: Int32
  /// How long each stage of the start took, in nanoseconds.
  public let startupTimes: [SandboxStage: UInt64]

  private let control: ControlChannel
  private let namespaces: NamespaceIdentity
  private let command: String
  private let sockets: Mutex<SandboxSockets?>
  /// The last event, once it came.
  private let finalEvent = Mutex<SandboxEvent?>(nil)

  private init(
    supervisorPID: Int32, control: ControlChannel, command: String, readiness: Readiness,
    sockets: SandboxSockets, startupTimes: [SandboxStage: UInt64]
  ) {
    self.supervisorPID = supervisorPID
    self.control = control
    self.command = command
    self.namespaces = readiness.namespaces
    self.sockets = Mutex(sockets)
    self.startupTimes = startupTimes
  }

  deinit {
    close(control.descriptor)
    if finalEvent.withLock({ $0 }) == nil { Self.reap(supervisorPID) }
    takeSockets()?.close()
  }

  /// Readable when `nextEvent` would not wait; owned by the sandbox.
  public var eventDescriptor: Int32 { control.descriptor }

  /// Takes the sockets, which the caller owns from now on; nil the second time.
  public func takeSockets() -> SandboxSockets? {
    sockets.withLock { sockets in
      defer { sockets = nil }
      return sockets
    }
  }

  /// Starts the command; returns its process id once exec succeeded.
  public func launchCommand() throws(SandboxError) -> Int32 {
    control.send(Order.launch)
    switch nextReport() {
    case .commandStarted(let pid): return pid
    case .failed(let error):
      finish(.ended)
      throw error
    case .ready, .commandEnded, .ended, nil:
      killRemains()
      throw .launcherLost(stage: .command)
    }
  }

  /// Waits for what happens next.
  ///
  /// After the last event it returns that event again.
  public func nextEvent() -> SandboxEvent {
    if let event = finalEvent.withLock({ $0 }) { return event }
    switch nextReport() {
    case .commandEnded(let word, let remaining):
      return .commandEnded(WaitStatus(word: word), remaining: remaining)
    case .ended:
      finish(.ended)
      return .ended
    case .ready, .failed, .commandStarted, nil:
      killRemains()
      return .launcherLost
    }
  }

  /// Sends a signal to the command, if it still runs.
  public func send(signal: Int32) {
    control.send(Order.signal(signal))
  }

  /// Sends SIGTERM to all that runs in the sandbox, and SIGKILL to what is left after `graceMilliseconds`.
  ///
  /// Returns at once; `nextEvent` tells the end.
  public func terminateRemaining(graceMilliseconds: UInt32) {
    control.send(Order.terminate(graceMilliseconds: graceMilliseconds))
  }

  private func nextReport() -> Report? {
    control.receive().flatMap { try? Report(encoded: $0.bytes) }
  }

  private func finish(_ event: SandboxEvent) {
    finalEvent.withLock { $0 = event }
    Self.reap(supervisorPID)
  }

  /// The launcher is gone, killed by someone; the command died with it, its descendants did not.
  private func killRemains() {
    kill(supervisorPID, SIGKILL)
    finish(.launcherLost)
    ProcessTable.killMembers(of: namespaces)
  }

  private static func reap(_ pid: Int32) {
    while waitpid(pid, nil, 0) < 0, errno == EINTR {}
  }
}

extension RunningSandbox {
  /// Makes the sandbox, and returns when its sockets listen; the command is not launched yet.
  ///
  /// May be called with any number of threads running.
  public static func start(_ plan: SandboxPlan) throws(SandboxError) -> RunningSandbox {
    try start(plan, verifiesRedirect: false)
  }

  static func start(_ plan: SandboxPlan, verifiesRedirect: Bool) throws(SandboxError) -> RunningSandbox {
    guard let command = plan.command.first else {
      throw .commandNotStarted(command: "", errno: ENOENT)
    }
    let beginning = SystemFiles.now()
    let order = LaunchOrder(
      plan: plan, ip: try tool("ip", package: "iproute2", plan.tools),
      nft: try tool("nft", package: "nftables", plan.tools), verifiesRedirect: verifiesRedirect)
    let (pid, control) = try spawn(plan.launcherPath, order)
    guard let answer = control.receive(), let report = try? Report(encoded: answer.bytes) else {
      abandon(pid, control)
      throw .launcherLost(stage: .spawn)
    }
    guard case .ready(let readiness) = report else {
      abandon(pid, control)
      if case .failed(let error) = report { throw error }
      throw .launcherLost(stage: .spawn)
    }
    return RunningSandbox(
      supervisorPID: pid, control: control, command: String(decoding: command, as: UTF8.self),
      readiness: readiness, sockets: SandboxSockets(answer.descriptors, readiness),
      startupTimes: times(beginning, readiness.moments))
  }

  private static func tool(_ name: String, package: String, _ search: ToolSearch) throws(SandboxError)
    -> String
  {
    guard let path = search.path(of: name) else { throw .toolMissing(tool: name, package: package) }
    return path
  }

  private static func abandon(_ pid: Int32, _ control: ControlChannel) {
    close(control.descriptor)
    reap(pid)
  }

  /// Starts the launcher, which inherits its end of the socket pair and the order in a memory file.
  private static func spawn(
    _ launcherPath: String, _ order: LaunchOrder
  ) throws(SandboxError) -> (Int32, ControlChannel) {
    guard let orderFile = SystemFiles.memoryFile(named: "sandbox-order", order.encoded()) else {
      throw .systemCall(name: "memfd_create", stage: .spawn, errno: errno)
    }
    defer { close(orderFile) }
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw .systemCall(name: "socketpair", stage: .spawn, errno: errno)
    }
    defer { close(ends[1]) }
    do {
      return (try spawn(launcherPath, inheriting: ends[1], orderFile), ControlChannel(descriptor: ends[0]))
    } catch {
      close(ends[0])
      throw error
    }
  }

  private static func spawn(
    _ launcherPath: String, inheriting control: Int32, _ orderFile: Int32
  ) throws(SandboxError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // A dup2 of a descriptor to itself makes the child inherit it, while every other child of this process
    // still loses it: it stays close-on-exec here.
    for descriptor in [control, orderFile] {
      posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor)
    }
    let arguments = CStrings(
      ["sandbox", SandboxLauncher.argument, "\(control)", "\(orderFile)"].map { Array($0.utf8) })
    var pid: Int32 = 0
    let code = posix_spawn(&pid, launcherPath, &actions, nil, arguments.pointers, clinux_environment())
    guard code == 0 else {
      throw .systemCall(name: "posix_spawn \(launcherPath)", stage: .spawn, errno: code)
    }
    return pid
  }

  private static func times(_ beginning: UInt64, _ moments: [UInt64]) -> [SandboxStage: UInt64] {
    let stages: [SandboxStage] = [.spawn, .namespaces, .network, .sockets, .files, .nat]
    var times: [SandboxStage: UInt64] = [:]
    var last = beginning
    for (stage, moment) in zip(stages, moments) {
      times[stage] = moment - last
      last = moment
    }
    return times
  }
}
