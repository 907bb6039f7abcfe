/// The rules as a script for `nft -f`.
struct NftScript {
  /// `inet`, or `ip` on a kernel without IPv6, which may lack the former.
  var family: String
  var plan: RedirectPlan

  static let table = "wiretape"

  private static let header = """
    #!/usr/sbin/nft -f
    # Sends this machine's own traffic to 'relay serve'. Run it with: nft -f FILE
    # To undo it: relay rules remove, or: nft delete table FAMILY wiretape

    # The first line makes the second succeed where there is no older table. All is done in one transaction.

    """

  func stamp(guardToken: String? = nil) -> RulesStamp {
    RulesStamp(plan, ruleCount: plan.chains.reduce(0) { $0 + $1.rules.count }, guardToken: guardToken)
  }

  func text(guardToken: String? = nil) -> String {
    let table = "table \(family) \(Self.table)"
    var lines = Self.header.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasSuffix("FAMILY wiretape")
        ? $0.dropLast("FAMILY wiretape".count) + "\(family) wiretape" : String($0)
    }
    lines.removeLast()
    lines += [table, "delete \(table)", "\(table) {", "  comment \"\(stamp(guardToken: guardToken).text)\""]
    for chain in plan.chains {
      lines += ["", "  chain \(chain.place.nftName) {", "    \(chain.place.hook)"]
      for rule in chain.rules {
        if !rule.note.isEmpty { lines.append("    # \(rule.note)") }
        lines.append("    \(text(of: rule))")
      }
      lines.append("  }")
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  private func text(of rule: PlannedRule) -> String {
    switch rule.action {
    case .passMark(let mark): "meta mark 0x\(String(mark, radix: 16)) return"
    case .passLocal: "fib daddr type local return"
    case .redirect(let transport, let ports, let target):
      "\(selection) \(transport.rawValue) dport \(set(ports)) redirect to :\(target)"
    case .refuse(let port): "\(selection) udp dport \(port) reject"
    }
  }

  /// A packet that belongs to no program's socket has no `skuid`, so that none of these is true of it.
  private var selection: String {
    switch plan.selection {
    case .allButRoot: return "meta skuid != 0"
    case .allUsers: return "meta skuid >= 0"
    case .users(let users): return "meta skuid \(set(Set(users).sorted()))"
    case .cgroup(let path):
      let level = CgroupPath.components(path).count
      return "socket cgroupv2 level \(level) \"\(CgroupPath.nftPath(path))\""
    }
  }

  private func set(_ numbers: [some BinaryInteger]) -> String {
    numbers.count == 1 ? "\(numbers[0])" : "{ \(numbers.map { "\($0)" }.joined(separator: ", ")) }"
  }
}

extension PlannedChain.Place {
  var nftName: String {
    switch self {
    case .redirection: "redirect_output"
    case .refusal: "refuse_quic"
    }
  }

  /// Before the rules of others, which could send elsewhere, or allow, what is the relay's: -100 and 0 are theirs.
  fileprivate var hook: String {
    switch self {
    case .redirection: "type nat hook output priority -101; policy accept;"
    case .refusal: "type filter hook output priority -1; policy accept;"
    }
  }
}
