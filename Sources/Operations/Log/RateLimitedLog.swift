import LinuxSystem
package import Logging
import Synchronization

/// Logs one line in a while, however often something happens, and how many were left out since.
///
/// One object for each kind of message; from any thread.
package final class RateLimitedLog: Sendable {
  private struct State {
    /// Nanoseconds of the monotonic clock.
    var nextLine: UInt64 = 0
    var suppressedCount = 0
  }

  private let logger: Logger
  private let interval: UInt64
  private let now: @Sendable () -> UInt64
  private let state = Mutex(State())

  /// `interval` is from one line to the next.
  package convenience init(logger: Logger, interval: Duration = .seconds(60)) {
    self.init(logger: logger, interval: interval, now: SystemFiles.now)
  }

  /// `now` is a monotonic clock, in nanoseconds.
  init(logger: Logger, interval: Duration, now: @escaping @Sendable () -> UInt64) {
    self.logger = logger
    self.interval = UInt64(max(.zero, interval) / .nanoseconds(1))
    self.now = now
  }

  /// Logs the message, with the number of those left out before it as `suppressed`; or leaves it out.
  package func log(
    level: Logger.Level, _ message: @autoclosure () -> Logger.Message,
    metadata: @autoclosure () -> Logger.Metadata? = nil
  ) {
    guard let suppressedCount = admit() else { return }
    var facts = metadata() ?? [:]
    if suppressedCount > 0 { facts["suppressed"] = "\(suppressedCount)" }
    logger.log(level: level, message(), metadata: facts)
  }

  /// How many messages were left out since the last line, if this one is not to be.
  private func admit() -> Int? {
    let time = now()
    return state.withLock { state in
      guard time >= state.nextLine else {
        state.suppressedCount += 1
        return nil
      }
      defer { state = State(nextLine: time + interval, suppressedCount: 0) }
      return state.suppressedCount
    }
  }
}
