public import LinuxSystem

/// What a sandbox tells after its command was launched.
public enum SandboxEvent: Hashable, Sendable {
  /// The command ended; `remaining` are the processes that it left behind, which still run.
  case commandEnded(WaitStatus, remaining: [SandboxProcess])
  /// Nothing runs in the sandbox any more. The last event.
  case ended
  /// The launcher died; everything that ran in the sandbox has been killed. The last event.
  case launcherLost
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
