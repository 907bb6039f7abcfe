import LinuxSystem

/// Where rules of ours can be.
enum RulesPlace {
  case nft(NftTables)
  case iptables(IptablesTables)

  /// Throws where no tool is installed, or CAP_NET_ADMIN is missing.
  static func all(_ tools: ToolSearch, _ hasIPv6: Bool) throws(RulesError) -> [RulesPlace] {
    let nft = NftTables(tools).map { [RulesPlace.nft($0)] } ?? []
    let places = nft + IptablesTables.all(tools, hasIPv6: hasIPv6).map { RulesPlace.iptables($0) }
    guard !places.isEmpty else {
      throw .toolMissing(tool: RulesBackend.nft.rawValue, package: RulesBackend.nft.package)
    }
    try FirewallTool.checkPrivilege()
    return places
  }

  var backend: RulesBackend {
    switch self {
    case .nft: .nft
    case .iptables: .iptables
    }
  }

  func find() throws(RulesError) -> InstalledRules? {
    switch self {
    case .nft(let tables): try tables.find()
    case .iptables(let tables): try tables.find()
    }
  }

  func remove(_ scope: RulesRemoval.Scope) throws(RulesError) -> Bool {
    switch self {
    case .nft(let tables): try tables.remove(scope)
    case .iptables(let tables): try tables.remove(scope)
    }
  }
}
