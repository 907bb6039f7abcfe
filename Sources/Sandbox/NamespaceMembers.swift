import Glibc
import LinuxSystem

extension ProcessTable {
  /// Those of a sandbox that lost its launcher: whoever is in its network or mount namespace.
  static func members(of namespaces: NamespaceIdentity) -> [Int32] {
    all().filter { pid in
      SystemFiles.inode(of: "/proc/\(pid)/ns/net") == namespaces.network
        || SystemFiles.inode(of: "/proc/\(pid)/ns/mnt") == namespaces.mounts
    }
  }

  /// Kills until there is nobody left, for at most five seconds.
  static func killMembers(of namespaces: NamespaceIdentity) {
    let giveUp = SystemFiles.now() + 5_000_000_000
    var members = members(of: namespaces)
    while !members.isEmpty, SystemFiles.now() < giveUp {
      for pid in members { kill(pid, SIGKILL) }
      poll(nil, 0, 2)
      members = Self.members(of: namespaces)
    }
  }
}

extension SandboxProcess {
  init(pid: Int32) {
    self.init(pid: pid, name: SystemFiles.line(of: "/proc/\(pid)/comm") ?? "")
  }
}
