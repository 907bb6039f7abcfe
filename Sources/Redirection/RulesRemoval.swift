/// What `Rules.remove` did.
package struct RulesRemoval: Hashable, Sendable {
  /// Whose rules are removed.
  package enum Scope: Hashable, Sendable {
    case everyones
    /// Those of this guard, and the administrator's, but not those of the guard of another relay.
    case ofGuard(String)
    /// Those of any guard, but not the administrator's.
    case ofServices
  }

  /// Where there were rules; empty when there was nothing.
  package var removed: [RulesBackend] = []
  /// Tools that are installed and failed.
  ///
  /// As a rule their part of the kernel is missing, and so holds no rules.
  package var problems: [RulesError] = []
}

extension RulesRemoval.Scope {
  func includes(_ rules: InstalledRules) -> Bool {
    let owner = rules.stamp?.guardToken
    return switch self {
    case .everyones: true
    case .ofGuard(let token): owner == nil || owner == token
    case .ofServices: owner != nil
    }
  }
}
