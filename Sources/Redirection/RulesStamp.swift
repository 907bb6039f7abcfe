/// What the rules say of themselves, in a comment in the kernel's tables.
///
///     wiretape 1 rules=9 by=1a2b3c4d 80>51080 443>51443 dns>51053=nameservers mark=0x5754 for=non-root quic=refused
///
/// It has to fit into nft's comments, 127 bytes, which are shorter than those of iptables.
struct RulesStamp: Hashable {
  /// Changes when other rules are made from the same plan.
  static let currentVersion = 1

  var version = RulesStamp.currentVersion
  /// Of all chains; of iptables, those of one address family, jumps and all.
  var ruleCount: Int
  /// Who removes the rules; nil for the administrator.
  var guardToken: String?
  var plan: String

  init(_ plan: RedirectPlan, ruleCount: Int, guardToken: String?) {
    self.ruleCount = ruleCount
    self.guardToken = guardToken
    self.plan = plan.stamp
  }

  var text: String {
    let words = ["wiretape", "\(version)", "rules=\(ruleCount)"] + (guardToken.map { ["by=\($0)"] } ?? [])
    return (words + [plan]).joined(separator: " ")
  }

  /// Nil for a comment that is somebody else's.
  init?(_ text: some StringProtocol) {
    var words = String(text).split(separator: " ").map { String($0) }[...]
    guard words.popFirst() == "wiretape", let version = words.popFirst().flatMap({ Int($0) }),
      let count = words.popFirst(), count.hasPrefix("rules="), let ruleCount = Int(count.dropFirst(6))
    else { return nil }
    self.version = version
    self.ruleCount = ruleCount
    if let word = words.first, word.hasPrefix("by=") {
      guardToken = String(word.dropFirst(3))
      words.removeFirst()
    }
    plan = words.joined(separator: " ")
  }

  func matches(_ plan: RedirectPlan) -> Bool {
    version == Self.currentVersion && self.plan == plan.stamp
  }
}

extension RedirectPlan {
  private static let longestStamp = 92

  /// The whole plan, or its hash where it is too long, or has what comments cannot hold.
  fileprivate var stamp: String {
    let plain = plainPorts.map(String.init).joined(separator: ",")
    let dns = names == .none ? "dns=left" : "dns>\(dnsPort)=\(names.rawValue)"
    let text =
      "\(plain)>\(tcpPort) 443>\(tlsPort) \(dns) mark=0x\(String(mark, radix: 16)) for=\(selection.stamp)"
      + " quic=\(allowsQUIC ? "allowed" : "refused")"
    let isPlain = text.utf8.allSatisfy { $0 > 0x1f && $0 < 0x7f && !"\"\\'".utf8.contains($0) }
    return isPlain && text.utf8.count <= Self.longestStamp ? text : "plan=\(hash(text))"
  }

  /// FNV-1a, of 64 bits: only told apart are the plans of one administrator.
  private func hash(_ text: String) -> String {
    let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension RedirectPlan.Selection {
  fileprivate var stamp: String {
    switch self {
    case .allButRoot: "non-root"
    case .allUsers: "everyone"
    case .users(let users): "uid:" + Set(users).sorted().map(String.init).joined(separator: ",")
    case .cgroup(let path): "cgroup:/" + CgroupPath.components(path).joined(separator: "/")
    }
  }
}
