import Logging
import Operations
import Synchronization

/// Logs from a level on that can change while the service runs.
struct LeveledLogHandler: LogHandler {
  private var base: JournalLogHandler
  private let level: SharedLogLevel

  init(_ base: JournalLogHandler, level: SharedLogLevel) {
    self.base = base
    self.level = level
  }

  var logLevel: Logger.Level {
    get { level.value }
    set { level.value = newValue }
  }

  var metadata: Logger.Metadata {
    get { base.metadata }
    set { base.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { base[metadataKey: key] }
    set { base[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    base.log(event: event)
  }
}

/// The log level of all loggers of the service.
final class SharedLogLevel: Sendable {
  private let level: Mutex<Logger.Level>

  init(_ level: Logger.Level) {
    self.level = Mutex(level)
  }

  var value: Logger.Level {
    get { level.withLock(\.self) }
    set { level.withLock { $0 = newValue } }
  }
}
