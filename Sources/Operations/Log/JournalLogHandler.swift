import Glibc
package import Logging

/// Writes log messages to standard error, a line and a write(2) each.
///
/// Where that leads to the journal, a line begins with its level as sd-daemon(3) has it, `<4>`; else with the time and
/// the level's name. Metadata follows the message as `key=value`, sorted, quoted where needed.
package struct JournalLogHandler: LogHandler {
  package var logLevel = Logger.Level.info
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?

  /// `escape` makes text from outside safe to show.
  package init(escape: @escaping @Sendable (String) -> String) {}

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {}
}
