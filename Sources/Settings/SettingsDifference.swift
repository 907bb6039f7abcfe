/// What a reload changes.
package struct SettingsDifference: Hashable, Sendable {
  /// Keys, as `timeouts.connect`, that a running relay can follow.
  package let applicable: [String]
  /// Keys that need a restart.
  package let needingRestart: [String]

  private let old: ServeSettings
  private let new: ServeSettings

  package init(from old: ServeSettings, to new: ServeSettings) {
    self.old = old
    self.new = new
    let changed = SettingKeys.all.filter { $0.texts(old) != $0.texts(new) }
    applicable = changed.filter(\.isApplicable).map(\.path)
    needingRestart = changed.filter { !$0.isApplicable }.map(\.path)
  }

  package var isEmpty: Bool { applicable.isEmpty && needingRestart.isEmpty }

  /// What a running relay works with from now on: the new where it can follow, the old where it cannot.
  package var applied: ServeSettings {
    var settings = old
    for key in SettingKeys.all where key.isApplicable { key.copy(new, &settings) }
    return settings
  }
}
