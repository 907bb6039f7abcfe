import Glibc

/// Why a sandbox could not be made, or its command not started.
public enum SandboxError: Error, Hashable {
  /// unshare(2) of a user namespace was refused.
  case userNamespacesForbidden(errno: Int32, ban: UserNamespaceBan)
  /// A program of the system that the sandbox needs is not installed.
  case toolMissing(tool: String, package: String)
  /// `ip` or `nft` ended with a failure; `message` is what it said.
  case toolFailed(tool: String, stage: SandboxStage, status: Int32, message: String)
  /// A system call failed.
  case systemCall(name: String, stage: SandboxStage, errno: Int32)
  /// A file that was to be replaced does not exist.
  case fileMissing(path: String, errno: Int32)
  /// The launcher ended before it said anything.
  case launcherLost(stage: SandboxStage)
  /// The command cannot be executed.
  case commandNotStarted(command: String, errno: Int32)
}

/// The steps of making a sandbox, in order.
public enum SandboxStage: UInt8, Hashable, Sendable, CaseIterable {
  case spawn
  case namespaces
  case network
  case sockets
  case files
  case nat
  case command
}

/// What forbids user namespaces here.
public enum UserNamespaceBan: UInt8, Hashable, Sendable {
  /// kernel.apparmor_restrict_unprivileged_userns = 1 (Ubuntu 23.10 and later).
  case appArmor
  /// kernel.unprivileged_userns_clone = 0 (older Debian).
  case cloneSetting
  /// user.max_user_namespaces = 0, or the limit is reached.
  case maximum
  /// None of these: most likely a container's seccomp filter, or a chroot.
  case filter

  /// The one command that lifts the ban.
  public var fix: String {
    switch self {
    case .appArmor: "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    case .cloneSetting: "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    case .maximum: "sudo sysctl -w user.max_user_namespaces=10000"
    case .filter:
      "in a container, start it with: --cap-add SYS_ADMIN --cap-add NET_ADMIN"
        + " --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
    }
  }
}
