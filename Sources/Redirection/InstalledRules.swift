/// Rules of ours that are in the kernel: those of nft, or of one kind of iptables.
struct InstalledRules: Hashable {
  var backend: RulesBackend
  /// As a user would call the place.
  var name: String
  /// Nil where the comment is gone, as it is with the jump to a chain.
  var stamp: RulesStamp?
  /// How many rules there are: one number for nft, one for each address family of iptables.
  var ruleCounts: [Int]
  /// All of it, as the tool shows it.
  var listing: [String]

  /// Whether none is missing, and none is there twice.
  var isWhole: Bool {
    guard let stamp else { return false }
    return ruleCounts.allSatisfy { $0 == stamp.ruleCount }
  }
}

extension RulesStatus {
  /// What was found, compared with what should be there.
  init(_ found: [InstalledRules], comparedWith plan: RedirectPlan?, problems: [String]) {
    let stamp = found.lazy.compactMap(\.stamp).first
    self.init(
      state: .active, backend: found.first?.backend, plan: stamp?.plan, guardToken: stamp?.guardToken,
      ruleCount: found.reduce(0) { $0 + $1.ruleCounts.reduce(0, +) },
      expectedRuleCount: found.first.flatMap { first in
        first.stamp.map { $0.ruleCount * first.ruleCounts.count }
      },
      problems: problems)
    (state, detail) = Self.judgement(found, plan)
  }

  private static func judgement(_ found: [InstalledRules], _ plan: RedirectPlan?) -> (State, String?) {
    guard let first = found.first else { return (.none, nil) }
    guard found.count == 1 else {
      let names = found.map(\.name).joined(separator: " and ")
      return (.different, "there are rules in \(names): 'relay rules apply' leaves one set")
    }
    guard let stamp = first.stamp else { return (.partial, "what says which plan they are from is gone") }
    guard first.isWhole else { return (.partial, "some are gone, or there twice") }
    guard stamp.version == RulesStamp.currentVersion else {
      return (.different, "they were set by another version of relay")
    }
    guard let plan, !stamp.matches(plan) else { return (.active, nil) }
    return (.different, "they were set with other options")
  }
}
