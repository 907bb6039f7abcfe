/// Where the settings come from: flags, over the environment, over a file, over the defaults.
package struct SettingsSource: Sendable {
  package static let standardFile = "/etc/wiretape/relay.yaml"

  /// The flags that were given, in order.
  package var flags: [SettingFlag]
  package var environment: [String: String]
  /// From `--config` or WIRETAPE_CONFIG, and must exist then; nil: `standardFile`, if it exists.
  package var file: String?

  package init(flags: [SettingFlag] = [], environment: [String: String] = [:], file: String? = nil) {
    self.flags = flags
    self.environment = environment
    self.file = file
  }

  /// Reads and checks all of it; again at every call, so that a reload is another call.
  package func load() throws(SettingsError) -> LoadedSettings {
    LoadedSettings(settings: ServeSettings(), warnings: [])
  }
}

/// A flag with the values that it was given, one or several.
package struct SettingFlag: Hashable, Sendable {
  /// With its dashes.
  package var name: String
  package var values: [String]

  package init(_ name: String, _ values: [String]) {
    self.name = name
    self.values = values
  }
}
