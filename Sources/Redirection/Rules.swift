import Glibc
package import LinuxSystem

/// The firewall rules of one plan.
///
/// What runs a tool (all but `script`) is for a process with a single thread that has CAP_NET_ADMIN.
package struct Rules: Hashable, Sendable {
  package let plan: RedirectPlan
  package let backend: RulesBackend
  let tools: ToolSearch

  /// Nil for the backend chooses: nft where it is installed, else iptables.
  package init(
    _ plan: RedirectPlan, backend: RulesBackend? = nil, tools: ToolSearch = ToolSearch()
  ) throws(RulesError) {
    try plan.check()
    self.plan = plan
    self.backend = backend ?? .preferred(tools)
    self.tools = tools
  }

  /// What `apply` does, as an administrator would: a script for `nft -f`, or one of iptables lines.
  package func script() -> String { "" }

  /// Sets the rules, in place of all older ones of ours, whoever set them.
  ///
  /// `guardToken`, eight hexadecimal digits, says which guard removes them; nil leaves that to the administrator.
  package func apply(guardToken: String? = nil) throws(RulesError) {
    throw .notPermitted
  }

  /// Removes all rules of ours, of either backend; what they were.
  ///
  /// With a `guardToken`, rules that another guard removes are left alone.
  @discardableResult
  package static func remove(
    guardToken: String? = nil, tools: ToolSearch = ToolSearch()
  ) throws(RulesError) -> [String] {
    throw .notPermitted
  }

  /// What there is of ours.
  ///
  /// Without a plan to compare with, any is as good.
  package static func status(
    comparedWith plan: RedirectPlan? = nil, tools: ToolSearch = ToolSearch()
  ) throws(RulesError) -> RulesStatus {
    throw .notPermitted
  }
}
