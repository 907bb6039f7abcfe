package import LinuxSystem

/// The tool that sets the rules.
package enum RulesBackend: String, Hashable, Sendable, CaseIterable {
  /// nftables: one table of our own, replaced in one transaction.
  case nft
  /// iptables and ip6tables, of either kind: chains of our own, and a jump to each.
  case iptables

  /// nft where it is installed, else iptables where that is, else nft.
  package static func preferred(_ tools: ToolSearch = ToolSearch()) -> RulesBackend {
    allCases.first { tools.path(of: $0.rawValue) != nil } ?? .nft
  }

  /// The Debian package that has the tool.
  var package: String {
    switch self {
    case .nft: "nftables"
    case .iptables: "iptables"
    }
  }
}
