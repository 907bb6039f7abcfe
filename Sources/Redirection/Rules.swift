import Glibc
package import LinuxSystem

/// The firewall rules of one plan.
///
/// What runs a tool (all but `script`) is for a process with a single thread that has CAP_NET_ADMIN.
package struct Rules: Hashable, Sendable {
  package let plan: RedirectPlan
  package let backend: RulesBackend
  let tools: ToolSearch
  let hasIPv6: Bool

  /// Nil for the backend chooses: nft where it is installed, else iptables.
  package init(
    _ plan: RedirectPlan, backend: RulesBackend? = nil, tools: ToolSearch = ToolSearch(),
    hasIPv6: Bool = HostFamilies.hasIPv6
  ) throws(RulesError) {
    try plan.check()
    self.plan = plan
    self.backend = backend ?? .preferred(tools)
    self.tools = tools
    self.hasIPv6 = hasIPv6
  }

  private var nftScript: NftScript { NftScript(family: hasIPv6 ? "inet" : "ip", plan: plan) }

  private var iptablesScript: IptablesScript { IptablesScript(plan: plan, hasIPv6: hasIPv6) }

  /// What `apply` does, as an administrator would: a script for `nft -f`, or one of iptables lines.
  package func script() -> String {
    switch backend {
    case .nft: nftScript.text()
    case .iptables: iptablesScript.text()
    }
  }

  /// Sets the rules, in place of all older ones of ours, whoever set them.
  ///
  /// `guardToken`, eight hexadecimal digits, says which guard removes them; nil leaves that to the administrator.
  package func apply(guardToken: String? = nil) throws(RulesError) {
    if case .cgroup(let path) = plan.selection { try CgroupPath.find(path) }
    let kinds = IptablesTables.all(tools, hasIPv6: hasIPv6)
    switch backend {
    case .nft:
      guard let nft = NftTables(tools) else { throw missing }
      try FirewallTool.checkPrivilege()
      try nft.apply(nftScript, guardToken: guardToken)
      for kind in kinds { _ = try? kind.remove(.everyones) }
    case .iptables:
      guard let first = kinds.first else { throw missing }
      try FirewallTool.checkPrivilege()
      try first.apply(iptablesScript, guardToken: guardToken)
      for kind in kinds.dropFirst() { _ = try? kind.remove(.everyones) }
      _ = try? NftTables(tools)?.remove(.everyones)
    }
  }

  private var missing: RulesError { .toolMissing(tool: backend.rawValue, package: backend.package) }

  /// What there is of ours in this backend alone.
  func installed() throws(RulesError) -> InstalledRules? {
    switch backend {
    case .nft: try NftTables(tools)?.find()
    case .iptables: try IptablesTables.preferred(tools, hasIPv6: hasIPv6)?.find()
    }
  }

  /// Redirects nothing new, but lets the connections go on that were redirected: those end with `remove`.
  func release(_ scope: RulesRemoval.Scope) throws(RulesError) {
    switch backend {
    case .nft: try NftTables(tools)?.empty(scope)
    case .iptables: try IptablesTables.preferred(tools, hasIPv6: hasIPv6)?.empty(scope)
    }
  }

  /// Removes rules of ours, of either backend; with nft, connections end that were redirected.
  @discardableResult
  package static func remove(
    _ scope: RulesRemoval.Scope = .everyones, tools: ToolSearch = ToolSearch(),
    hasIPv6: Bool = HostFamilies.hasIPv6
  ) throws(RulesError) -> RulesRemoval {
    let places = try RulesPlace.all(tools, hasIPv6)
    var removal = RulesRemoval()
    for place in places {
      do throws(RulesError) {
        if try place.remove(scope) { removal.removed.append(place.backend) }
      } catch {
        removal.problems.append(error)
      }
    }
    if removal.problems.count == places.count, let problem = removal.problems.first { throw problem }
    return removal
  }

  /// What there is of ours.
  ///
  /// Without a plan to compare with, any is as good.
  package static func status(
    comparedWith plan: RedirectPlan? = nil, tools: ToolSearch = ToolSearch(),
    hasIPv6: Bool = HostFamilies.hasIPv6
  ) throws(RulesError) -> RulesStatus {
    let places = try RulesPlace.all(tools, hasIPv6)
    var found: [InstalledRules] = []
    var problems: [RulesError] = []
    for place in places {
      do throws(RulesError) {
        if let rules = try place.find() { found.append(rules) }
      } catch {
        problems.append(error)
      }
    }
    if problems.count == places.count, let problem = problems.first { throw problem }
    return RulesStatus(found, comparedWith: plan, problems: problems.map { "\($0)" })
  }
}
