import Logging
import Synchronization

/// Logs one kind of message at most once a minute, and says how many were left out since.
///
/// What a peer can bring about as often as it likes must not fill the log.
final class LogThrottle: Sendable {
  private struct State {
    var next: ContinuousClock.Instant?
    var suppressedCount = 0
  }

  private static let interval = Duration.seconds(60)
  private let logger: Logger
  private let level: Logger.Level
  private let state = Mutex(State())

  init(logger: Logger, level: Logger.Level = .warning) {
    self.logger = logger
    self.level = level
  }

  func log(
    _ message: @autoclosure () -> Logger.Message, metadata: @autoclosure () -> Logger.Metadata = [:],
    now: ContinuousClock.Instant = .now
  ) {
    let suppressedCount = state.withLock { state -> Int? in
      if let next = state.next, now < next {
        state.suppressedCount += 1
        return nil
      }
      defer { state = State(next: now + Self.interval) }
      return state.suppressedCount
    }
    guard let suppressedCount else { return }
    var metadata = metadata()
    if suppressedCount > 0 { metadata["suppressed"] = "\(suppressedCount)" }
    logger.log(level: level, message(), metadata: metadata)
  }
}
