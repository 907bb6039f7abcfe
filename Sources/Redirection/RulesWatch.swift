/// Notices when somebody else changes rules that were set.
struct RulesWatch {
  private let rules: Rules
  /// As they were set.
  private let original: InstalledRules?
  private var last: State = .whole

  private enum State: Hashable {
    case whole
    case changed(found: Int, of: Int)
    case gone
  }

  /// Takes what is installed now for what should be.
  init(_ rules: Rules) throws(RulesError) {
    self.rules = rules
    original = try rules.installed()
  }

  /// What changed since the last look; nil when nothing did, or the rules cannot be read now.
  mutating func look() -> GuardMessage? {
    let found: InstalledRules?
    do throws(RulesError) { found = try rules.installed() } catch { return nil }
    let state = state(found)
    guard state != last else { return nil }
    last = state
    return switch state {
    case .whole: GuardMessage(.good)
    case .gone: GuardMessage(.bad, "none is left, so that nothing new is redirected")
    case .changed(let found, let total): GuardMessage(.bad, "\(found) of \(total) are there")
    }
  }

  /// Rules that an administrator has set again from the same plan are as good, whoever removes them.
  private func state(_ found: InstalledRules?) -> State {
    guard let found else { return .gone }
    if found.listing == original?.listing { return .whole }
    if found.isWhole, found.stamp?.guardToken == nil, found.stamp?.matches(rules.plan) == true {
      return .whole
    }
    let count = found.ruleCounts.reduce(0, +)
    return .changed(found: count, of: original?.ruleCounts.reduce(0, +) ?? count)
  }
}
