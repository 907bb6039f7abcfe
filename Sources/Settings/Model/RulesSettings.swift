/// The firewall rules that the service sets while it runs, as `relay rules apply` does.
package struct RulesSettings: Hashable, Sendable {
  /// Whether it sets any.
  package var areApplied = false
  package var backend = RulesBackendChoice.auto
  /// At most one of `users`, `allUsers` and `cgroup` is set; none of them: everybody's traffic but root's.
  package var users: [String] = []
  package var allUsers = false
  /// A path from the root of the hierarchy of cgroup v2.
  package var cgroup: String?
  /// TCP ports that are redirected besides 80 and 443; never 53.
  package var ports: [UInt16] = []
  package var allowsQUIC = false

  package init() {}
}

/// `rules.backend`: with what the rules are set.
package enum RulesBackendChoice: String, Hashable, Sendable, CaseIterable {
  /// nft, or iptables where there is no nft.
  case auto
  case nft
  case iptables
}
