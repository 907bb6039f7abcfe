import CommandSupport
import Logging

/// Writes log messages in the form of the command's other messages: `relay: warning: …`.
struct DiagnosticsLogHandler: LogHandler {
  let diagnostics: Diagnostics
  var logLevel = Logger.Level.warning
  var metadata: Logger.Metadata = [:]

  init(diagnostics: Diagnostics) {
    self.diagnostics = diagnostics
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let details = facts.map { " \($0.key)=\($0.value)" }.joined()
    switch event.level {
    case .error, .critical: diagnostics.error("\(event.message)\(details)")
    case .warning: diagnostics.warning("\(event.message)\(details)")
    case .trace, .debug, .info, .notice: diagnostics.note("\(event.message)\(details)")
    }
  }
}
