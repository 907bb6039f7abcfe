/// What there is of our rules.
package struct RulesStatus: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case none
    /// All there; and as the plan to compare with wants them, if there was one.
    case active
    /// Ours, and whole, but from another plan, another version of the relay, or by both backends.
    case different
    /// Something of ours, but not all.
    case partial
  }

  package var state: State
  /// Where they are; nil where there are none.
  package var backend: RulesBackend?
  /// What is installed, as its stamp says; nil where the stamp is gone, or there is none.
  package var plan: String?
  /// The guard that removes them, if one does.
  package var guardToken: String?
  package var ruleCount: Int
  /// As the stamp says; nil without.
  package var expectedRuleCount: Int?
  /// Why this state, where the state alone does not say it.
  package var detail: String?
  /// Backends that are installed and could not be read, with the reason.
  package var problems: [String] = []
}
