import LinuxSystem
import Settings

/// The flags that stand on the command line, as a layer of the settings.
struct GivenFlags {
  private(set) var flags: [SettingFlag] = []

  mutating func add(_ path: String, _ value: String?) {
    if let value { add(path, [value]) }
  }

  mutating func add(_ path: String, _ value: Bool?) {
    if let value { add(path, [String(value)]) }
  }

  /// An empty list is a flag that was not given.
  mutating func add(_ path: String, _ values: [String]) {
    guard !values.isEmpty else { return }
    let key = SettingKeys.standing(path)
    flags.append(SettingFlag(key.flag, key.isPath ? values.map(Self.absoluteOrWord) : values))
  }

  /// Words such as 'none' and '-' stay.
  private static func absoluteOrWord(_ path: String) -> String {
    ["none", "-"].contains(path) ? path : absolute(path)
  }

  /// The path from the root, since the service leaves the working directory.
  static func absolute(_ path: String) -> String {
    guard !path.isEmpty, !path.hasPrefix("/") else { return path }
    return SystemFiles.resolved(".").map { "\($0)/\(path)" } ?? path
  }
}
