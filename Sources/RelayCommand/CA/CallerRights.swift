import CommandSupport
import Glibc

/// What the caller may do.
enum CallerRights {
  static var user: UInt32 { geteuid() }

  static var isRoot: Bool { geteuid() == 0 }

  static func canActFor(_ user: UInt32) -> Bool { isRoot || user == geteuid() }

  /// The system's trust store is root's.
  static func requireRoot(for command: String) throws(CommandFailure) {
    guard isRoot else {
      throw CommandFailure(
        "only root can change the system's trust store", hint: "run: sudo relay ca \(command)")
    }
  }
}
