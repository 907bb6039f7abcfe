import Glibc

/// Who runs the relay, in one of the worlds in which it must work.
enum Caller: String, CaseIterable, Sendable {
  /// Real root, as far as the tests have it.
  case root
  /// Uid and gid 1000, no capability.
  case ordinary
  /// Root without CAP_SYS_ADMIN and CAP_NET_ADMIN, as in a container.
  case containerRoot
  /// Root in a user namespace that an ordinary user has made.
  case namespaceRoot
  /// An ordinary user in such a namespace.
  case namespaceUser

  /// All that these tests can become: without root only the user that runs them, and namespaces.
  static let available: [Caller] = geteuid() == 0 ? allCases : [.ordinary, .namespaceRoot, .namespaceUser]

  /// The user id that the caller sees, and its command must see too.
  var uid: uid_t {
    switch self {
    case .root, .containerRoot, .namespaceRoot: 0
    case .ordinary, .namespaceUser: geteuid() == 0 ? 1000 : geteuid()
    }
  }

  /// Whether the sandbox needs a user namespace of its own.
  var isPrivileged: Bool { self == .root || self == .namespaceRoot }

  /// What stands before the probe's command line.
  var prefix: [String] {
    let become = geteuid() == 0 ? ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"] : []
    return switch self {
    case .root: []
    case .ordinary: become
    case .containerRoot: ["setpriv", "--bounding-set=-sys_admin,-net_admin,-sys_ptrace"]
    case .namespaceRoot: become + ["unshare", "-Ur"]
    case .namespaceUser: become + ["unshare", "-Uc"]
    }
  }
}
