package import Logging
import Synchronization

/// Logs one line in a while, however often something happens, and how many were left out since.
///
/// One object for each kind of message.
package final class RateLimitedLog: Sendable {
  package init(logger: Logger, interval: Duration = .seconds(60)) {}

  /// Logs the message, or counts it.
  package func log(
    level: Logger.Level, _ message: @autoclosure () -> Logger.Message,
    metadata: @autoclosure () -> Logger.Metadata? = nil
  ) {}

  /// Says how many messages were left out since the last line; nothing where none was.
  package func flush() {}
}
