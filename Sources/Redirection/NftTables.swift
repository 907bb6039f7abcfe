import LinuxSystem

/// Our table in nftables.
struct NftTables {
  /// The tool's path.
  var nft: String

  init?(_ tools: ToolSearch) {
    guard let path = tools.path(of: "nft") else { return nil }
    nft = path
  }

  func apply(_ script: NftScript, guardToken: String?) throws(RulesError) {
    try FirewallTool.run(nft, ["-f", "-"], input: script.text(guardToken: guardToken))
    // The kernel has replaced only the table of that family.
    let other = script.family == "inet" ? "ip" : "inet"
    if try find(other) != nil { try delete(other) }
  }

  /// Our table of either kind.
  func find() throws(RulesError) -> InstalledRules? {
    if let found = try find("inet") { return found }
    return try find("ip")
  }

  /// Removes our tables; true if there was one.
  func remove(_ scope: RulesRemoval.Scope) throws(RulesError) -> Bool {
    var isRemoved = false
    for family in ["inet", "ip"] {
      guard let found = try find(family), scope.includes(found) else { continue }
      try delete(family)
      isRemoved = true
    }
    return isRemoved
  }

  /// Empties our tables, but for a rule without effect that has the kernel go on tracking connections: with the last
  /// that does, it would stop translating those that are open.
  func empty(_ scope: RulesRemoval.Scope) throws(RulesError) {
    for family in ["inet", "ip"] {
      guard let found = try find(family), scope.includes(found) else { continue }
      let table = "\(family) \(NftScript.table)"
      let chain = PlannedChain.Place.redirection.nftName
      try FirewallTool.run(
        nft, ["-f", "-"], input: "flush table \(table)\nadd rule \(table) \(chain) ct state new return\n")
    }
  }

  private func delete(_ family: String) throws(RulesError) {
    try FirewallTool.run(nft, ["delete", "table", family, NftScript.table])
  }

  private func find(_ family: String) throws(RulesError) -> InstalledRules? {
    let outcome = try FirewallTool.outcome(nft, ["list", "table", family, NftScript.table])
    guard outcome.status == .exited(0) else {
      if outcome.output.contains("No such file or directory") { return nil }
      throw FirewallTool.failure(of: nft, outcome)
    }
    let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      String(line.drop { $0 == "\t" || $0 == " " })
    }
    let stamp = lines.lazy.compactMap(Self.stamp).first
    // In other families the name is not ours alone: `relay run` has it in its sandboxes.
    guard family == "inet" || stamp != nil else { return nil }
    return InstalledRules(
      backend: .nft, name: "nft's table \(family) \(NftScript.table)", stamp: stamp,
      ruleCounts: [lines.count(where: Self.isRule)], listing: lines)
  }

  private static func stamp(_ line: String) -> RulesStamp? {
    let prefix = "comment \""
    guard line.hasPrefix(prefix), line.hasSuffix("\"") else { return nil }
    return RulesStamp(line.dropFirst(prefix.count).dropLast())
  }

  /// nft prints each rule in a line of its own.
  private static func isRule(_ line: String) -> Bool {
    !line.isEmpty && !["table ", "chain ", "type ", "comment ", "}"].contains { line.hasPrefix($0) }
  }
}
