import CLinux
import Glibc

/// Takes file access from the calling thread and those that it starts later (landlock(7)).
package enum Landlock {
  /// Rights over files, as the kernel's bits.
  private enum FileRights {
    static let execute: UInt64 = 1 << 0
    static let read: UInt64 = 1 << 2 | 1 << 3
    /// All that the first version knows: to write, read, execute, remove and make files of every type.
    static let original: UInt64 = (1 << 13) - 1
    static let refer: UInt64 = 1 << 13
    static let truncate: UInt64 = 1 << 14
    static let deviceControl: UInt64 = 1 << 15

    static func known(to version: Int32) -> UInt64 {
      original | (version >= 2 ? refer : 0) | (version >= 3 ? truncate : 0)
        | (version >= 5 ? deviceControl : 0)
    }
  }

  private static let bindTCP: UInt64 = 1 << 0
  /// Signals to processes that are not confined in the same way.
  private static let outsideSignals: UInt64 = 1 << 1

  /// The version of the kernel's interface; 0 where there is none.
  package static var version: Int32 { clinux_landlock_version() }

  /// From now on files can be read where `isReading`, and changed beneath `writable` only; nothing is executed, no TCP
  /// port bound, no process outside signalled, as far as this kernel can refuse it.
  ///
  /// Needs no_new_privs. Throws where there is no Landlock, with ENOSYS or EOPNOTSUPP.
  package static func confine(writable: [String], isReading: Bool) throws(SystemCallFailure) {
    let version = Self.version
    let rights = FileRights.known(to: max(version, 1))
    let ruleset = clinux_landlock_create(
      rights, version >= 4 ? bindTCP : 0, version >= 6 ? outsideSignals : 0)
    guard ruleset >= 0 else { throw SystemCallFailure("landlock_create_ruleset") }
    defer { close(ruleset) }
    if isReading { try allow(FileRights.read, beneath: "/", ruleset) }
    for path in writable { try allow(rights & ~FileRights.execute, beneath: path, ruleset) }
    guard clinux_landlock_enforce(ruleset) == 0 else { throw SystemCallFailure("landlock_restrict_self") }
  }

  private static func allow(_ rights: UInt64, beneath path: String, _ ruleset: CInt) throws(SystemCallFailure)
  {
    let descriptor = clinux_open_path(path)
    guard descriptor >= 0 else { throw SystemCallFailure("open '\(path)'") }
    defer { close(descriptor) }
    guard clinux_landlock_allow(ruleset, descriptor, rights) == 0 else {
      throw SystemCallFailure("landlock_add_rule '\(path)'")
    }
  }
}
