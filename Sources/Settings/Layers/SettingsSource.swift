/// Where the settings come from: flags, over the environment, over a file, over the defaults.
package struct SettingsSource: Sendable {
  package static let standardFile = "/etc/wiretape/relay.yaml"

  /// The flags that were given.
  package var flags: [SettingFlag]
  package var environment: [String: String]
  /// As the command line names it; it must exist then.
  package var namedFile: String?
  /// Where the machine's nameservers stand, the next where the one before names only the machine itself.
  package var resolverFiles = SystemNameservers.files

  package init(flags: [SettingFlag] = [], environment: [String: String] = [:], file: String? = nil) {
    self.flags = flags
    self.environment = environment
    namedFile = file
  }

  /// The file of settings that is read: `--config`, or WIRETAPE_CONFIG, or the standard one.
  package var file: String { explicitFile ?? Self.standardFile }

  private var explicitFile: String? {
    namedFile ?? environment[SettingsLayer.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads and checks all of it, the file anew at every call: a reload is another call.
  ///
  /// The error tells everything that is wrong, also of values that another layer overrides.
  package func load() throws(SettingsError) -> LoadedSettings {
    let settingsFile = SettingsFile(path: file, mustExist: explicitFile != nil)
    let layers = [
      SettingsLayer(flags: flags), SettingsLayer(environment: environment), settingsFile?.layer,
    ].compactMap { $0 }
    var problems = layers.flatMap { $0.problems() } + (settingsFile?.problems ?? [])
    var warnings = SettingsLayer.warnings(about: environment) + (settingsFile?.warnings ?? [])

    var loaded = LayeredSettings(layers: layers).loaded()
    loaded.file = settingsFile == nil ? nil : file
    SystemNameservers(files: resolverFiles).fill(&loaded, &problems)
    // Values that are wrong by themselves would only draw complaints about what does not fit them.
    if problems.isEmpty { CrossChecks.run(on: loaded, &problems, &warnings) }
    guard problems.isEmpty else {
      throw SettingsError(problems: Self.inOrder(problems), warnings: warnings)
    }
    loaded.warnings = warnings
    return loaded
  }

  /// Those of a file by line; the others as they are, before them.
  private static func inOrder(_ problems: [SettingProblem]) -> [SettingProblem] {
    func place(_ problem: SettingProblem) -> Int {
      if case .file(_, let line) = problem.origin { line ?? 0 } else { -1 }
    }
    return problems.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
      .map(\.element)
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
