import CLinux
import Glibc
import LinuxSystem

extension Capabilities {
  /// What root keeps in the sandbox: what containers give by default, less NET_RAW.
  ///
  /// With these it is root for files and users, and can neither leave nor change the sandbox's network and mounts.
  static let keptByRoot = mask([
    .chown, .dacOverride, .fowner, .fsetid, .kill, .setgid, .setuid, .setpcap, .netBindService, .sysChroot,
    .mknod,
    .auditWrite, .setfcap,
  ])

  /// Whether network and mount namespaces can be made, used, and closed to the command, without a user namespace.
  static var allowNamespaces: Bool {
    let needed = mask([.sysAdmin, .netAdmin, .setpcap])
    return effective & needed == needed
  }

  /// Leaves this process what its command may have; false, with errno set, on failure.
  ///
  /// Root regains its bounding set when it executes the command; no other user gains anything, and without
  /// privileges the command has no capability at all, and no way to one.
  static func drop(isPrivileged: Bool) -> Bool {
    // The bounding set first: dropping from it takes SETPCAP.
    // Root keeps now what the exec would give it again: the kernel forgets the parent-death signal of a process
    // that gains a capability.
    let bounds = isPrivileged ? keptByRoot : 0
    let kept = geteuid() == 0 ? permitted & bounds : 0
    guard clinux_limit_bounding_set(bounds) == 0, clinux_clear_ambient() == 0,
      clinux_set_capabilities(kept, kept, 0) == 0
    else { return false }
    return isPrivileged || clinux_set_no_new_privileges() == 0
  }
}
