import CommandSupport
import Settings

/// One `relay serve`, from its sockets to its end.
struct ServeRun {
  let settings: ServeSettings
  /// For a reload: `load()` reads everything again.
  let source: SettingsSource

  /// Returns the exit status.
  func run() throws -> Int32 {
    throw CommandFailure("'relay serve' is not wired up")
  }
}
