/// What a reload changes.
package struct SettingsDifference: Hashable, Sendable {
  /// Keys, as `timeouts.connect`, that a running relay can follow.
  package var applicable: [String] = []
  /// Keys that need a restart.
  package var needingRestart: [String] = []

  package var isEmpty: Bool { applicable.isEmpty && needingRestart.isEmpty }

  package init(from old: ServeSettings, to new: ServeSettings) {}
}
