import Glibc
import Testing

/// Who sets the rules, each in network namespaces of its own.
enum Caller: String, CaseIterable, Sendable {
  case root
  /// Root in a user namespace that an ordinary user has made, and its only user.
  case namespaceRoot
  /// User 1000 in such a namespace, with all its capabilities.
  case namespaceUser

  /// All that these tests can become.
  static let available: [Caller] = geteuid() == 0 ? allCases : [.namespaceRoot, .namespaceUser]

  var isRoot: Bool { self != .namespaceUser }

  /// What stands before a command line.
  var prefix: [String] {
    let become =
      geteuid() == 0 ? ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"] : []
    return switch self {
    case .root: ["unshare", "--net"]
    case .namespaceRoot: become + ["unshare", "--user", "--map-root-user", "--net"]
    case .namespaceUser: become + ["unshare", "--user", "--map-user=1000", "--keep-caps", "--net"]
    }
  }
}

/// A caller and a backend, for what has to work with every pair.
struct Setting: CustomTestStringConvertible, Sendable {
  var caller: Caller
  var backend: String

  static let all = Caller.available.flatMap { caller in
    ["nft", "iptables"].map { Setting(caller: caller, backend: $0) }
  }

  /// Those with a user 0, without whom iptables takes no rule about root.
  static let withRoot = all.filter { $0.backend == "nft" || $0.caller.isRoot }

  var testDescription: String { "\(backend), \(caller.rawValue)" }
}
