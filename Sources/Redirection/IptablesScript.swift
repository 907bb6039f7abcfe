/// The rules as iptables takes them, the same for both address families.
struct IptablesScript {
  var plan: RedirectPlan
  /// Whether ip6tables gets them, too.
  var hasIPv6: Bool

  /// The name of our chain, in each table that has one.
  static let chain = "WIRETAPE"

  /// A rule without its chain: what it matches, and what it does.
  struct Rule: Hashable {
    var words: [String]
    var note = ""
  }

  func stamp(guardToken: String? = nil) -> RulesStamp {
    let count = plan.chains.reduce(0) { $0 + 1 + rules(of: $1).count }
    return RulesStamp(plan, ruleCount: count, guardToken: guardToken)
  }

  func jump(guardToken: String? = nil) -> [String] {
    ["-m", "comment", "--comment", stamp(guardToken: guardToken).text, "-j", Self.chain]
  }

  /// One rule, or one for each user and port.
  func rules(of chain: PlannedChain) -> [Rule] {
    chain.rules.flatMap { rule in
      words(of: rule.action).enumerated().map { Rule(words: $1, note: $0 == 0 ? rule.note : "") }
    }
  }

  private func words(of action: PlannedRule.Action) -> [[String]] {
    switch action {
    case .passMark(let mark): [["-m", "mark", "--mark", "0x\(String(mark, radix: 16))", "-j", "RETURN"]]
    case .passLocal: [["-m", "addrtype", "--dst-type", "LOCAL", "-j", "RETURN"]]
    case .redirect(let transport, let ports, let target):
      ports.flatMap { port in
        selected(
          ["-p", transport.rawValue, "--dport", "\(port)"], ["-j", "REDIRECT", "--to-ports", "\(target)"])
      }
    case .refuse(let port): selected(["-p", "udp", "--dport", "\(port)"], ["-j", "REJECT"])
    }
  }

  /// A packet that belongs to no program's socket would match "not root", so that a socket is asked for as well.
  private func selected(_ match: [String], _ target: [String]) -> [[String]] {
    let owners: [[String]] =
      switch plan.selection {
      case .allButRoot: [["-m", "owner", "!", "--uid-owner", "root", "--socket-exists"]]
      case .allUsers: [["-m", "owner", "--socket-exists"]]
      case .users(let users): Set(users).sorted().map { ["-m", "owner", "--uid-owner", "\($0)"] }
      case .cgroup(let path):
        [["-m", "cgroup", "--path", CgroupPath.components(path).joined(separator: "/")]]
      }
    return owners.map { match + $0 + target }
  }

  // MARK: For administrators

  func text() -> String {
    var lines = [
      "#!/bin/sh -e", "# Sends this machine's own traffic to 'relay serve'. To undo it: relay rules remove",
    ]
    for tool in hasIPv6 ? ["iptables", "ip6tables"] : ["iptables"] {
      for chain in plan.chains {
        if tool == "iptables" {
          lines += ["", "# \(chain.place.heading)"]
        } else {
          lines += ["", "# The same for IPv6."]
        }
        lines += commands("\(tool) -t \(chain.place.rawValue)", chain, showsNotes: tool == "iptables")
      }
    }
    return (lines + [""]).joined(separator: "\n")
  }

  private func commands(_ tool: String, _ chain: PlannedChain, showsNotes: Bool) -> [String] {
    var lines = ["\(tool) -N \(Self.chain)"]
    for rule in rules(of: chain) {
      if showsNotes, !rule.note.isEmpty { lines.append("# \(rule.note)") }
      lines.append("\(tool) -A \(Self.chain) \(rule.words.map(shellWord).joined(separator: " "))")
    }
    if showsNotes {
      lines.append("# Only now does any traffic come here. The comment is for 'relay rules status'.")
    }
    return lines + ["\(tool) -I OUTPUT \(jump().map(shellWord).joined(separator: " "))"]
  }

  private func shellWord(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5a || byte >= 0x61 && byte <= 0x7a
        || "-_./!,:".utf8.contains(byte)
    }
    return isPlain ? word : "'\(word)'"
  }

  // MARK: For iptables-restore

  /// Sets the rules of one family, in place of what is there.
  func restoration(guardToken: String?, installed: [PlannedChain.Place: [String]]) -> String {
    var lines: [String] = []
    for place in PlannedChain.Place.allCases {
      let old = installed[place]
      let jumps = (old ?? []).filter { $0.hasPrefix("-A OUTPUT ") }.map { "-D" + $0.dropFirst(2) }
      guard let chain = plan.chains.first(where: { $0.place == place }) else {
        if let old { lines += Self.removal(place, old) }
        continue
      }
      // Naming our own chain makes it, or empties it; others are left as they are.
      lines += ["*\(place.rawValue)", ":\(Self.chain) - [0:0]"] + jumps
      lines += rules(of: chain).map { "-A \(Self.chain) " + Self.line($0.words) }
      lines += ["-I OUTPUT " + Self.line(jump(guardToken: guardToken)), "COMMIT"]
    }
    return (lines + [""]).joined(separator: "\n")
  }

  /// Removes what is installed in one table: our chain, and the jumps to it.
  static func removal(_ place: PlannedChain.Place, _ installed: [String]) -> [String] {
    let jumps = installed.filter { $0.hasPrefix("-A OUTPUT ") }.map { "-D" + $0.dropFirst(2) }
    let hasChain = installed.contains { $0 == "-N \(chain)" }
    return ["*\(place.rawValue)"] + jumps + (hasChain ? ["-F \(chain)", "-X \(chain)"] : []) + ["COMMIT"]
  }

  private static func line(_ words: [String]) -> String {
    words.map { word in
      guard word.utf8.contains(where: { $0 == 0x20 || $0 == 0x5c }) else { return word }
      let escaped = word.map { $0 == "\\" ? "\\\\" : "\($0)" }.joined()
      return "\"\(escaped)\""
    }
    .joined(separator: " ")
  }
}

extension PlannedChain.Place {
  fileprivate var heading: String {
    switch self {
    case .redirection: "A chain of our own, so that nobody else's rules are touched."
    case .refusal: "Another one, where packets can be refused."
    }
  }
}
