import LinuxSystem

/// Our chains in the tables of one kind of iptables: the one that sets nftables' rules, or the legacy one.
struct IptablesTables {
  /// Of `iptables`; the path of `ip6tables`, and of what restores rules, is made from it.
  private let path: String
  private let isLegacy: Bool
  /// `iptables`, and `ip6tables` where the machine has IPv6.
  private let families: [Family]

  private struct Family {
    var tool: String
    var restore: String
    /// Where the kernel lists the legacy tables in use.
    var legacyTables: String
  }

  /// How long to wait for somebody else's change of rules to end.
  private static let wait = ["-w", "10"]

  /// The system's default kind; nil where there is none.
  static func preferred(_ tools: ToolSearch, hasIPv6: Bool) -> IptablesTables? {
    IptablesTables("iptables", tools, hasIPv6)
  }

  /// All kinds that are installed, the default first.
  static func all(_ tools: ToolSearch, hasIPv6: Bool) -> [IptablesTables] {
    var kinds: [IptablesTables] = []
    for name in ["iptables", "iptables-nft", "iptables-legacy"] {
      guard let kind = IptablesTables(name, tools, hasIPv6) else { continue }
      if !kinds.contains(where: { $0.isLegacy == kind.isLegacy }) { kinds.append(kind) }
    }
    return kinds
  }

  private init?(_ name: String, _ tools: ToolSearch, _ hasIPv6: Bool) {
    guard let path = tools.path(of: name) else { return nil }
    self.path = path
    // Before both kinds could be installed side by side, there was only the legacy one.
    isLegacy = !(SystemFiles.resolved(path) ?? path).contains("nft")
    var families = [Family(tool: path, restore: path + "-restore", legacyTables: "/proc/net/ip_tables_names")]
    let path6 = "\(path.dropLast(name.count))ip6\(name.dropFirst(2))"
    if hasIPv6 {
      families.append(
        Family(tool: path6, restore: path6 + "-restore", legacyTables: "/proc/net/ip6_tables_names"))
    }
    self.families = families
  }

  private var name: String { "the chains \(IptablesScript.chain) of \(isLegacy ? "legacy " : "")iptables" }

  /// Sets the rules, each family in one transaction; or, where one fails, none.
  func apply(_ script: IptablesScript, guardToken: String?) throws(RulesError) {
    do throws(RulesError) {
      for family in families {
        let input = script.restoration(guardToken: guardToken, installed: try lines(of: family))
        try restore(family, input)
      }
    } catch {
      _ = try? remove(.everyones)
      throw error
    }
  }

  func find() throws(RulesError) -> InstalledRules? {
    var counts: [Int] = []
    var listing: [String] = []
    for family in families {
      let lines = try lines(of: family).sorted { $0.key.rawValue < $1.key.rawValue }.flatMap(\.value)
      counts.append(lines.count { $0.hasPrefix("-A ") })
      listing += lines
    }
    guard !listing.isEmpty else { return nil }
    return InstalledRules(
      backend: .iptables, name: name, stamp: listing.lazy.compactMap(Self.stamp).first, ruleCounts: counts,
      listing: listing)
  }

  /// Removes our chains and the jumps to them; true if there were any.
  func remove(_ scope: RulesRemoval.Scope) throws(RulesError) -> Bool {
    guard let found = try find(), scope.includes(found) else { return false }
    for family in families {
      let removal = try lines(of: family).flatMap { IptablesScript.removal($0.key, $0.value) }
      if !removal.isEmpty { try restore(family, removal.joined(separator: "\n") + "\n") }
    }
    return true
  }

  /// Empties our chains, but for a rule without effect that has the kernel go on tracking connections: with the last
  /// that does, it would stop translating those that are open.
  func empty(_ scope: RulesRemoval.Scope) throws(RulesError) {
    guard let found = try find(), scope.includes(found) else { return }
    let chain = IptablesScript.chain
    for family in families {
      // To declare a chain of one's own empties it.
      try restore(
        family,
        """
        *nat
        :\(chain) - [0:0]
        -A \(chain) -m conntrack --ctstate NEW -j RETURN
        COMMIT
        *filter
        :\(chain) - [0:0]
        COMMIT

        """)
    }
  }

  private func restore(_ family: Family, _ input: String) throws(RulesError) {
    try FirewallTool.run(family.restore, ["--noflush"] + Self.wait, input: input)
  }

  // MARK: Reading

  /// What is ours, by table, as `iptables -S` shows it: the jumps, the chain, its rules; nothing of tables without.
  private func lines(of family: Family) throws(RulesError) -> [PlannedChain.Place: [String]] {
    var found: [PlannedChain.Place: [String]] = [:]
    for place in PlannedChain.Place.allCases {
      let lines = try lines(of: family, place)
      if !lines.isEmpty { found[place] = lines }
    }
    return found
  }

  private func lines(of family: Family, _ place: PlannedChain.Place) throws(RulesError) -> [String] {
    // To ask for a legacy table makes the kernel set it up.
    if isLegacy, !usesLegacyTable(family, place) { return [] }
    let jumps = try show(family, place, "OUTPUT").filter { $0.hasSuffix(" -j \(IptablesScript.chain)") }
    return jumps + (try show(family, place, IptablesScript.chain))
  }

  private func usesLegacyTable(_ family: Family, _ place: PlannedChain.Place) -> Bool {
    let names = SystemFiles.contents(of: family.legacyTables) ?? []
    return names.split(separator: 0x0a).contains { $0.elementsEqual(place.rawValue.utf8) }
  }

  /// The rules of one chain; empty where there is no such chain.
  private func show(
    _ family: Family, _ place: PlannedChain.Place, _ chain: String
  ) throws(RulesError) -> [String] {
    let outcome = try FirewallTool.outcome(family.tool, Self.wait + ["-t", place.rawValue, "-S", chain])
    guard outcome.status == .exited(0) else {
      // iptables that sets nftables' rules calls a chain that is not there "incompatible".
      let absences = ["No chain/target/match", "is incompatible", "does not exist"]
      if absences.contains(where: { outcome.output.contains($0) }) { return [] }
      throw FirewallTool.failure(of: family.tool, outcome)
    }
    return outcome.output.split(separator: "\n").filter { $0.hasPrefix("-A ") || $0.hasPrefix("-N ") }
      .map(String.init)
  }

  private static func stamp(_ line: String) -> RulesStamp? {
    let option = "--comment \""
    guard line.hasPrefix("-A OUTPUT "), let start = line.firstRange(of: option) else { return nil }
    return RulesStamp(line[start.upperBound...].prefix { $0 != "\"" })
  }
}
