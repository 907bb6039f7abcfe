import Glibc

/// A child process that applies the rules when asked, watches them, and removes them when this process is gone.
///
/// Start it while this process still has a single thread, CAP_NET_ADMIN, and no secret in its memory, which the child
/// would have too. Everything else works later, on any thread, without any privilege.
package final class RulesGuard: Sendable {
  /// Readable when there is something for `nextEvent`.
  package let eventDescriptor: Int32
  package let pid: Int32

  /// What the guard noticed.
  package enum Event: Hashable, Sendable {
    /// Somebody else removed or changed rules; the text says what is left. They are not applied again.
    case disturbed(String)
    /// They are whole again.
    case restored
    /// The guard itself has ended, though it was not asked to: nobody removes the rules any more.
    case lost
  }

  private init(pid: Int32, descriptor: Int32) {
    self.pid = pid
    eventDescriptor = descriptor
  }

  /// Starts the guard, which looks at the rules once in `interval` milliseconds.
  ///
  /// No rule is set yet.
  package static func start(_ rules: Rules, interval: Int32 = 5000) throws(RulesError) -> RulesGuard {
    throw .guardLost
  }

  /// Sets the rules, and waits for it.
  package func apply(timeout milliseconds: Int32 = 20_000) throws(RulesError) {}

  /// The next thing that the guard noticed; nil when there is nothing now.
  ///
  /// Never waits.
  package func nextEvent() -> Event? { nil }

  /// Has the rules removed and the guard end, and waits for it.
  ///
  /// Also when this process ends, however that happens, the guard removes them and ends.
  package func finish(timeout milliseconds: Int32 = 20_000) throws(RulesError) {}
}
