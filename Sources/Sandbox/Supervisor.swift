import CLinux
import Glibc
import LinuxSystem

/// The launcher after the launch: watches over the command and all its descendants, and obeys the relay.
///
/// As child subreaper it inherits whoever loses a parent, so that every process of the sandbox stays below it.
struct Supervisor {
  private let plan: SandboxPlan
  private let control: ControlChannel
  private let isPrivileged: Bool
  private var childSignals: Int32 = -1
  private var command: Int32 = -1
  private var commandRuns = false
  /// When SIGTERM's grace is over, in CLOCK_MONOTONIC nanoseconds.
  private var killMoment: UInt64?

  init(_ plan: SandboxPlan, _ control: ControlChannel, _ isPrivileged: Bool) {
    self.plan = plan
    self.control = control
    self.isPrivileged = isPrivileged
  }

  /// Launches the command; ends when nothing runs in the sandbox any more.
  mutating func run() throws(SandboxError) -> Never {
    clinux_set_child_subreaper()
    childSignals = clinux_child_signal_descriptor()
    guard childSignals >= 0 else { throw .systemCall(name: "signalfd", stage: .command, errno: errno) }
    command = try CommandProcess.start(plan, isPrivileged: isPrivileged)
    commandRuns = true
    control.send(.commandStarted(pid: command))
    while true {
      wait()
      reapChildren()
    }
  }

  /// Until a child ends, the relay says something, or a grace period is over.
  private mutating func wait() {
    var sources = [
      pollfd(fd: control.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: childSignals, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&sources, nfds_t(sources.count), timeout()) >= 0 else { return }
    if sources[0].revents != 0 {
      guard let message = control.receive() else { endWithRelay() }
      if let order = try? Order(encoded: message.bytes) { obey(order) }
    }
    forgetChildSignals()
    if let moment = killMoment, SystemFiles.now() >= moment {
      signalAll(SIGKILL)
      // Again soon, in case something forked meanwhile.
      killMoment = SystemFiles.now() + 10_000_000
    }
  }

  /// In milliseconds, rounded up; -1 for ever.
  private func timeout() -> Int32 {
    guard let killMoment else { return -1 }
    let now = SystemFiles.now()
    return killMoment <= now ? 0 : Int32(clamping: (killMoment - now + 999_999) / 1_000_000)
  }

  private mutating func obey(_ order: Order) {
    switch order {
    case .launch:
      break
    case .signal(let signal):
      if commandRuns { kill(command, signal) }
    case .terminate(let graceMilliseconds):
      killMoment = SystemFiles.now() + UInt64(graceMilliseconds) * 1_000_000
      guard graceMilliseconds > 0 else { return }
      signalAll(SIGTERM)
      // A stopped process takes no notice of SIGTERM until it goes on.
      signalAll(SIGCONT)
    }
  }

  /// Collects everyone who has ended; tells of the command, and of the end when there is nobody left.
  private mutating func reapChildren() {
    var commandWord: Int32?
    var word: Int32 = 0
    var pid = waitpid(-1, &word, WNOHANG)
    while pid > 0 || (pid < 0 && errno == EINTR) {
      if pid == command, commandRuns {
        commandWord = word
        commandRuns = false
      }
      pid = waitpid(-1, &word, WNOHANG)
    }
    let nobodyLeft = pid < 0 && errno == ECHILD
    if let commandWord {
      let remaining = nobodyLeft ? [] : ProcessTable.descendants(of: getpid()).map(SandboxProcess.init(pid:))
      control.send(.commandEnded(word: commandWord, remaining: remaining))
    }
    if nobodyLeft {
      control.send(.ended)
      exit(0)
    }
  }

  /// Which child it was, waitpid(2) tells.
  private func forgetChildSignals() {
    var facts = [UInt8](repeating: 0, count: 128)
    while read(childSignals, &facts, facts.count) > 0 {}
  }

  private func signalAll(_ signal: Int32) {
    for pid in ProcessTable.descendants(of: getpid()) { kill(pid, signal) }
  }

  /// The relay is gone, perhaps killed: so must be all that it watched.
  private func endWithRelay() -> Never {
    let giveUp = SystemFiles.now() + 5_000_000_000
    while SystemFiles.now() < giveUp {
      signalAll(SIGKILL)
      var pid = waitpid(-1, nil, WNOHANG)
      while pid > 0 { pid = waitpid(-1, nil, WNOHANG) }
      if pid < 0, errno == ECHILD { exit(0) }
      var source = pollfd(fd: childSignals, events: Int16(POLLIN), revents: 0)
      poll(&source, 1, 5)
      forgetChildSignals()
    }
    exit(1)
  }
}
