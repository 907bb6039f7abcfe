/// Where a value comes from.
package enum SettingOrigin: Hashable, Sendable {
  /// With its dashes.
  case flag(String)
  case environment(variable: String)
  /// Lines count from 1; nil: the file as a whole.
  case file(path: String, line: Int?)
  /// What decided it, where that is not the documentation alone.
  case standard(because: String?)
}

extension SettingOrigin: CustomStringConvertible {
  package var description: String {
    switch self {
    case .flag(let name): name
    case .environment(let variable): variable
    case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
    case .standard(let reason): reason.map { "default, \($0)" } ?? "default"
    }
  }
}
