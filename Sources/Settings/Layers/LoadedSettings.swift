/// Settings that hold together.
package struct LoadedSettings: Sendable {
  package var settings: ServeSettings
  /// What is odd, but no reason to refuse.
  package var warnings: [SettingProblem]
}
