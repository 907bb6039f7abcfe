import CLinux
import Glibc
import LinuxSystem

/// The start of the command from the launcher.
enum CommandProcess {
  /// Forks and executes; returns when exec has succeeded.
  static func start(_ plan: SandboxPlan, isPrivileged: Bool) throws(SandboxError) -> Int32 {
    let arguments = CStrings(plan.command)
    let environment = CStrings(environment(with: plan.environment))
    var pipe: [Int32] = [-1, -1]
    guard Glibc.pipe(&pipe) == 0 else { throw .systemCall(name: "pipe", stage: .command, errno: errno) }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let supervisor = getpid()
    let pid = clinux_fork()
    if pid == 0 {
      let code = become(plan, arguments, environment, supervisor, isPrivileged)
      withUnsafeBytes(of: code) { _ = write(pipe[1], $0.baseAddress, $0.count) }
      _exit(127)
    }
    let forkCode = errno
    close(pipe[1])
    defer { close(pipe[0]) }
    guard pid > 0 else { throw .systemCall(name: "fork", stage: .command, errno: forkCode) }
    var code: Int32 = 0
    var count = read(pipe[0], &code, MemoryLayout<Int32>.size)
    while count < 0, errno == EINTR { count = read(pipe[0], &code, MemoryLayout<Int32>.size) }
    // The pipe closes without a word when exec succeeds.
    guard count > 0 else { return pid }
    waitpid(pid, nil, 0)
    throw .commandNotStarted(
      command: String(decoding: plan.command.first ?? [], as: UTF8.self), errno: code)
  }

  /// Turns the child into the command; returns only on failure, the errno.
  private static func become(
    _ plan: SandboxPlan, _ arguments: CStrings, _ environment: CStrings, _ supervisor: Int32,
    _ isPrivileged: Bool
  ) -> Int32 {
    // The command must not outlive a launcher that is killed: then nobody would watch it.
    guard clinux_set_parent_death_signal(SIGKILL) == 0 else { return errno }
    guard getppid() == supervisor else { return ESRCH }
    guard Capabilities.drop(isPrivileged: isPrivileged) else { return errno }
    if let limit = plan.openFileLimit { lowerOpenFileLimit(to: limit) }
    // SIGKILL's and SIGSTOP's cannot be changed, and need not.
    for signal in 1..<65 as Range<Int32> { clinux_set_signal(signal, plan.ignoredSignals.contains(signal)) }
    clinux_unblock_signals()
    clinux_execvpe(arguments.pointers[0], arguments.pointers, environment.pointers)
    let code = errno
    return code == EACCES && isNowhere(plan.command.first ?? [], environment) ? ENOENT : code
  }

  /// Whether a name without a slash is in no directory of PATH.
  ///
  /// execvp(3) then says EACCES if a directory cannot be searched, as a user's own often cannot by others; to a
  /// shell, and to the user, the command is just not found.
  private static func isNowhere(_ name: [UInt8], _ environment: CStrings) -> Bool {
    guard !name.contains(UInt8(ascii: "/")) else { return false }
    let prefix = "PATH="
    let path = environment.strings.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count) ?? "/usr/bin:/bin"
    let command = String(decoding: name, as: UTF8.self)
    return path.split(separator: ":", omittingEmptySubsequences: false).allSatisfy { directory in
      access(directory.isEmpty ? command : "\(directory)/\(command)", F_OK) != 0
    }
  }

  private static func lowerOpenFileLimit(to limit: UInt64) {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return }
    limits.rlim_cur = min(rlim_t(limit), limits.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
  }

  /// The launcher's own environment, which is the caller's, with the changes.
  private static func environment(with changes: [String: String?]) -> [[UInt8]] {
    var entries = CallerEnvironment.entries().filter { entry in
      !changes.keys.contains(String(decoding: entry.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self))
    }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { entries.append(Array("\(name)=\(value)".utf8)) }
    }
    return entries
  }
}
