import CLinux
import Glibc
import LinuxSystem

/// The launcher's own user, network and mount namespace.
enum Namespaces {
  /// Moves this process into new namespaces; true when that needed no user namespace of its own.
  static func enter() throws(SandboxError) -> Bool {
    let withoutUser = clinux_new_network | clinux_new_mounts
    if Capabilities.allowNamespaces, clinux_unshare(withoutUser) == 0 {
      try makeMountsPrivate()
      return true
    }
    let uid = geteuid()
    let gid = getegid()
    guard clinux_unshare(withoutUser | clinux_new_user) == 0 else {
      let code = errno
      throw .userNamespacesForbidden(errno: code, ban: ban(code))
    }
    do {
      try mapOwnIdentity(uid, gid)
      try makeMountsPrivate()
    } catch {
      throw explained(error)
    }
    return false
  }

  /// The same error, or the ban that is behind it.
  ///
  /// With AppArmor's restriction, unshare(2) succeeds and the capabilities that it gives are void: the first call
  /// that needs one fails.
  static func explained(_ error: SandboxError) -> SandboxError {
    let isRestricted = SystemFiles.line(of: appArmorSetting) == "1"
    switch error {
    case .systemCall(_, let stage, let code)
    where isRestricted && (code == EPERM || code == EACCES) && stage != .files:
      return .userNamespacesForbidden(errno: code, ban: .appArmor)
    default:
      return error
    }
  }

  static let appArmorSetting = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"

  static func ban(_ code: Int32) -> UserNamespaceBan {
    if SystemFiles.line(of: appArmorSetting) == "1" { return .appArmor }
    if SystemFiles.line(of: "/proc/sys/kernel/unprivileged_userns_clone") == "0" { return .cloneSetting }
    if code == ENOSPC || code == EUSERS || SystemFiles.line(of: "/proc/sys/user/max_user_namespaces") == "0" {
      return .maximum
    }
    return .filter
  }

  private static func mapOwnIdentity(_ uid: uid_t, _ gid: gid_t) throws(SandboxError) {
    // Without this the kernel refuses an unprivileged gid map (user_namespaces(7)); kernels before 3.19 lack it.
    _ = SystemFiles.write("deny", toExisting: "/proc/self/setgroups")
    for (file, line) in [("uid_map", "\(uid) \(uid) 1\n"), ("gid_map", "\(gid) \(gid) 1\n")]
    where !SystemFiles.write(line, toExisting: "/proc/self/\(file)") {
      throw .systemCall(name: "write /proc/self/\(file)", stage: .namespaces, errno: errno)
    }
  }

  /// So that nothing that is mounted here shows outside.
  private static func makeMountsPrivate() throws(SandboxError) {
    guard clinux_mount_private_recursively() == 0 else {
      throw .systemCall(name: "mount / private", stage: .namespaces, errno: errno)
    }
  }
}

extension NamespaceIdentity {
  /// Of a process, or nil when it is gone or may not be looked at.
  init?(pid: some CustomStringConvertible) {
    guard let network = SystemFiles.inode(of: "/proc/\(pid)/ns/net"),
      let mounts = SystemFiles.inode(of: "/proc/\(pid)/ns/mnt")
    else { return nil }
    self.init(network: network, mounts: mounts)
  }
}
