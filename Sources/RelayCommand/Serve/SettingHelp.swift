import ArgumentParser
import Settings

extension ArgumentHelp {
  /// What the table of settings says about a key.
  static func setting(_ path: String) -> ArgumentHelp {
    let key = SettingKeys.standing(path)
    let repeatable = key.isList ? " Repeatable." : ""
    return ArgumentHelp(
      "\(key.summary)\(repeatable) (default: \(key.defaultForHelp))", valueName: key.valueName)
  }
}

extension CompletionKind {
  /// What a shell offers for the value of a key.
  static func setting(_ path: String) -> CompletionKind? {
    let key = SettingKeys.standing(path)
    if key.isPath { return .file() }
    return key.words.isEmpty ? nil : .list(key.words)
  }
}

extension SettingKeys {
  /// The key, which exists.
  static func standing(_ path: String) -> SettingKey {
    guard let key = key(path) else { preconditionFailure("there is no setting '\(path)'") }
    return key
  }
}

extension SettingKey {
  /// As one would give it on the command line.
  fileprivate var defaultForHelp: String {
    guard isList else { return standardText }
    let elements = standardText.filter { !"[]'".contains($0) }
    return elements.isEmpty ? "none" : elements
  }
}
