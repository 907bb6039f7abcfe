import CommandSupport
import Glibc
import LinuxSystem
import Logging
import Relay

/// What the service gives up, thread by thread, once everything is open.
///
/// | threads | capabilities | files |
/// | --- | --- | --- |
/// | process look-ups | NET_ADMIN, SYS_PTRACE, DAC_READ_SEARCH | read as the service user |
/// | event loops, where peers' bytes are parsed | NET_ADMIN | none |
/// | the recorder, and all others | none | read all, write the recordings |
///
/// Landlock would keep the look-ups from other processes' descriptors, so their thread starts before it is in force.
/// All run as the service user, gain no privileges by executing anything, and are refused the system calls that a relay
/// never makes. The sockets of the event loops are root's all the same, where root started the service: the classic rule
/// `-m owner ! --uid-owner root` has to exempt them.
struct ServeConfinement {
  private static let lookupCapabilities: [Capability] = [.netAdmin, .sysPtrace, .dacReadSearch]
  private static let loopCapabilities: [Capability] = [.netAdmin]

  let account: ServeAccount
  let logger: Logger

  /// Becomes the service user, and starts the thread that looks processes up.
  ///
  /// For a process with a single thread.
  func begin() throws -> ProcessLookups {
    if let account = account.account {
      do throws(SystemCallFailure) {
        try Privileges.become(account, keeping: Self.lookupCapabilities)
      } catch {
        throw CommandFailure(
          "cannot become user '\(account.name)': \(error)",
          hint: "root needs CAP_SETUID, CAP_SETGID and CAP_SETPCAP for it; or start it as that user")
      }
    } else {
      try Privileges.gainNone(keeping: Self.lookupCapabilities)
    }
    return ProcessLookups()
  }

  /// From here on this thread, and what it starts, can write below these directories only.
  func confineFiles(writable: [String]) throws {
    try Privileges.keep(Self.loopCapabilities)
    guard Landlock.version > 0 else {
      logger.notice("this kernel has no Landlock: files are guarded by the service user's rights alone")
      return
    }
    try Landlock.confine(writable: writable, isReading: true)
  }

  /// Runs `body` with what the event loops may have; they are to be started in it.
  func withEventLoopRights<Result>(_ body: @escaping () throws -> Result) throws -> Result {
    try SetUpThread.run {
      if account.isStartedByRoot { try Privileges.takeFileSystemUser(0) }
      if Landlock.version > 0 { try Landlock.confine(writable: [], isReading: false) }
      return try body()
    }
  }

  /// Runs `body` with no capability; whatever else is started is to be started in it.
  func withoutCapabilities<Result>(_ body: @escaping () throws -> Result) throws -> Result {
    try SetUpThread.run {
      try Privileges.keep([])
      return try body()
    }
  }

  /// The last step, once all threads run.
  func finish(_ relay: Relay, _ lookups: ProcessLookups) throws {
    try Privileges.keep([])
    try Privileges.hideMemory()
    try Privileges.refuseSystemCalls()
    try relay.confine { try Privileges.refuseFiles() }
    try lookups.confine { try Privileges.refuseWriting() }
  }
}
