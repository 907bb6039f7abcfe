/// One thing that is wrong with the settings.
package struct SettingProblem: Hashable, Sendable {
  package var origin: SettingOrigin
  /// Lower case, no full stop, the offending value quoted.
  package var reason: String

  package init(_ origin: SettingOrigin, _ reason: String) {
    self.origin = origin
    self.reason = reason
  }
}

extension SettingProblem: CustomStringConvertible {
  /// `PLACE: REASON`.
  package var description: String { "\(origin): \(reason)" }
}

/// Why settings cannot be had: everything that is wrong with them, in the order of flags, environment, file.
package struct SettingsError: Error, Hashable {
  package var problems: [SettingProblem]
  /// What is odd, too, but would not have mattered.
  package var warnings: [SettingProblem] = []

  /// Whether the command line alone is to blame.
  package var isUsage: Bool {
    problems.allSatisfy { problem in
      if case .flag = problem.origin { true } else { false }
    }
  }
}
