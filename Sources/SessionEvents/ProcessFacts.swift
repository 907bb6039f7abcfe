/// Whose a session is: the user, and where it could be found the process.
///
/// What is unknown is nil, never a guess. Facts of the process (`name` to `unit`) are there only where `pid` is, and
/// are as of when the session opened. Text that is no UTF-8 has U+FFFD in its place.
public struct ProcessFacts: Hashable, Sendable {
  /// Owner of the client's socket, as the kernel's socket diagnostics tell it; of the process itself by `/proc` where
  /// they do not.
  public var uid: UInt32
  /// The user database's name for `uid`; nil where it has none.
  public var user: String?
  /// The process that held the client's socket, or one of them; nil where it was gone already, or could not be seen.
  public var pid: Int32?
  /// The kernel's short name (`/proc/PID/comm`), at most 15 bytes.
  public var name: String?
  /// Where `/proc/PID/exe` leads to.
  public var executable: String?
  /// The arguments (`/proc/PID/cmdline`), the program's own name first.
  ///
  /// The process may have overwritten them, and they may hold secrets. Empty where the process has none.
  public var commandLine: [String]?
  /// Whether `commandLine` is only the beginning: it was longer than is recorded.
  public var isCommandLineCut: Bool
  /// The control group's path (`/proc/PID/cgroup`): that of cgroup v2, or of systemd's own hierarchy beside v1.
  public var cgroup: String?
  /// The systemd unit that `cgroup` belongs to, as `ssh.service`; nil outside systemd's.
  public var unit: String?

  public init(
    uid: UInt32, user: String? = nil, pid: Int32? = nil, name: String? = nil, executable: String? = nil,
    commandLine: [String]? = nil, isCommandLineCut: Bool = false, cgroup: String? = nil, unit: String? = nil
  ) {
    self.uid = uid
    self.user = user
    self.pid = pid
    self.name = name
    self.executable = executable
    self.commandLine = commandLine
    self.isCommandLineCut = isCommandLineCut
    self.cgroup = cgroup
    self.unit = unit
  }
}
