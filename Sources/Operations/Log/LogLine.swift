import Glibc
import Logging
import SessionEvents

/// One log message as text.
struct LogLine {
  /// What stands before the message.
  enum Form: Hashable, Sendable {
    /// `<4>`: the level as sd-daemon(3) has it; the journal knows the time.
    case journal
    /// `2026-11-24T08:00:00.123Z warning: `
    case timed
  }

  var form: Form
  var level: Logger.Level
  var message: String
  var metadata: Logger.Metadata
  var time: Timestamp

  /// Ends with a line end, the only one; `escape` sees to that, and to everything else that is not to be shown as it is.
  func text(escape: (String) -> String) -> String {
    let facts = metadata.sorted { $0.key < $1.key }.map { key, value in
      " \(escape(key))=\(Self.quotedIfNeeded(escape("\(value)")))"
    }
    return "\(prefix)\(escape(message))\(facts.joined())\n"
  }

  private var prefix: String {
    switch form {
    case .journal: "<\(priority)>"
    case .timed: "\(Self.text(of: time)) \(level.rawValue): "
    }
  }

  /// syslog(3)'s number.
  private var priority: Int32 {
    switch level {
    case .trace, .debug: LOG_DEBUG
    case .info: LOG_INFO
    case .notice: LOG_NOTICE
    case .warning: LOG_WARNING
    case .error: LOG_ERR
    case .critical: LOG_CRIT
    }
  }

  /// RFC 3339 in UTC, to the millisecond.
  private static func text(of time: Timestamp) -> String {
    let civil = CivilTime(time)
    let milliseconds = String(civil.nanosecond / 1_000_000)
    let padding = String(repeating: "0", count: 3 - milliseconds.utf8.count)
    return "\(civil.date)T\(civil.timeOfDay).\(padding)\(milliseconds)Z"
  }

  /// Quoted where it could be taken for more than one value, or for none.
  private static func quotedIfNeeded(_ value: String) -> String {
    let isPlain = !value.isEmpty && !value.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
    guard !isPlain else { return value }
    return "\"\(value.map { $0 == "\"" ? "\\\"" : String($0) }.joined())\""
  }
}
