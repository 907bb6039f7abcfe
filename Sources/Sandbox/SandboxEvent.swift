/// What a sandbox tells after its command was launched.
public enum SandboxEvent: Hashable, Sendable {
  /// The command ended; `remaining` are the processes that it left behind, which still run.
  case commandEnded(WaitStatus, remaining: [SandboxProcess])
  /// Nothing runs in the sandbox any more. The last event.
  case ended
  /// The launcher died; everything that ran in the sandbox has been killed. The last event.
  case launcherLost
}

/// How a process ended.
public enum WaitStatus: Hashable, Sendable {
  case exited(Int32)
  case signaled(Int32, coreDumped: Bool)

  /// From wait(2)'s status word, of a process that ended.
  init(word: Int32) {
    let signal = word & 0x7f
    self = signal == 0 ? .exited(word >> 8 & 0xff) : .signaled(signal, coreDumped: word & 0x80 != 0)
  }

  /// The status with which a shell would end: the command's own, or 128 and the signal.
  public var exitStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal, _): 128 + signal
    }
  }
}

/// A process in the sandbox.
public struct SandboxProcess: Hashable, Sendable {
  public var pid: Int32
  /// The kernel's short name (`/proc/PID/comm`), at most 15 bytes.
  public var name: String

  public init(pid: Int32, name: String) {
    self.pid = pid
    self.name = name
  }
}
