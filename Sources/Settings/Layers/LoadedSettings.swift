/// Settings that hold together, and where each comes from.
package struct LoadedSettings: Sendable {
  package var settings = ServeSettings()
  /// By the key's path; what is not there has its default.
  package internal(set) var origins: [String: SettingOrigin] = [:]
  /// What is odd, but no reason to refuse.
  package internal(set) var warnings: [SettingProblem] = []
  /// The file that was read; nil: there is none.
  package internal(set) var file: String?

  /// Where a key's value comes from.
  package func origin(of path: String) -> SettingOrigin { origins[path] ?? .standard(because: nil) }

  /// Whether somebody set the key.
  func isSet(_ path: String) -> Bool {
    if case .standard = origin(of: path) { false } else { true }
  }
}
