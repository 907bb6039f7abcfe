import Replay

/// What is odd about rules, once everything was read.
struct CheckRemarks {
  let warnings: [Message]

  /// Rules that were about nothing are told where every recording that they could be about was read.
  init(_ plan: CheckPlan, _ outcomes: [CheckOutcome]) {
    var files: [String: CanonFile] = [:]
    var met: [String: Set<Int>] = [:]
    var unread: Set<String> = []
    for (item, outcome) in zip(plan.items, outcomes) {
      guard let canon = item.canon, plan.wholeCanons.contains(canon.path) else { continue }
      files[canon.path] = canon
      if outcome.metRules.isEmpty { unread.insert(canon.path) }
      for (index, isMet) in outcome.metRules.enumerated() where isMet {
        met[canon.path, default: []].insert(index)
      }
    }
    warnings = files.keys.sorted().filter { !unread.contains($0) }.flatMap { path -> [Message] in
      guard let file = files[path] else { return [] }
      return file.ownRules.indices.filter { met[path]?.contains($0) != true }.map { index in
        let rule = file.canon.rules[index]
        let place = rule.line.map { ", line \($0)" } ?? ""
        return .warning("'\(path)'\(place): the rule for '\(rule.path)' met nothing")
      }
    }
  }
}
