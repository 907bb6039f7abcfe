import Configuration

extension SettingsLayer {
  /// Names the file of settings, and is no setting itself.
  static let fileVariable = "WIRETAPE_CONFIG"

  /// The variables that begin with `WIRETAPE_`; lists are separated by commas.
  init(environment: [String: String]) {
    let provider = EnvironmentVariablesProvider(environmentVariables: environment)
    self.init(provider: provider.prefixKeys(with: ["wiretape"])) { key, _ in
      .environment(variable: key.variable)
    }
  }

  /// Complaints about variables that look like settings and are none; others may have reasons to set them.
  static func warnings(about environment: [String: String]) -> [SettingProblem] {
    let prefix = "WIRETAPE_"
    let variables = SettingKeys.all.map(\.variable)
    let known = Set(variables + [fileVariable])
    let strangers = environment.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }
    // What all begin with says nothing about how near they are.
    let stems = variables.map { String($0.dropFirst(prefix.count)) }
    return strangers.sorted().map { name in
      let stem = Spelling.nearest(to: String(name.dropFirst(prefix.count)), among: stems)
      let near = stem.map { ": did you mean \(prefix)\($0)?" } ?? ""
      return SettingProblem(.environment(variable: name), "no setting has this name\(near)")
    }
  }
}
