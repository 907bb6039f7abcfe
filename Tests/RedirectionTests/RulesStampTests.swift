import Testing

@testable import Redirection

@Suite struct `Rules' stamp` {
  @Test func `tells the plan in words`() {
    var plan = RedirectPlan()
    #expect(
      RulesStamp(plan, ruleCount: 9, guardToken: nil).text
        == "wiretape 1 rules=9 80>51080 443>51443 dns>51053=nameservers mark=0x5754 for=non-root quic=refused"
    )
    plan.ports = [8080]
    plan.names = .none
    plan.selection = .users([1001, 7, 7])
    plan.allowsQUIC = true
    #expect(
      RulesStamp(plan, ruleCount: 11, guardToken: "1a2b3c4d").text
        == "wiretape 1 rules=11 by=1a2b3c4d 80,8080>51080 443>51443 dns=left mark=0x5754 for=uid:7,1001 quic=allowed"
    )
  }

  @Test func `is read back`() throws {
    let plan = RedirectPlan()
    for token in [nil, "1a2b3c4d"] {
      let stamp = RulesStamp(plan, ruleCount: 9, guardToken: token)
      #expect(RulesStamp(stamp.text) == stamp)
      #expect(stamp.matches(plan))
    }
    for foreign in ["", "wiretape", "wiretape is not here", "wiretape 1 x=3", "Wiretape 1 rules=9"] {
      #expect(RulesStamp(foreign) == nil)
    }
    let newer = try #require(RulesStamp("wiretape 2 rules=9 anything"))
    #expect(!newer.matches(plan))
  }

  @Test func `fits into nft's comments, whatever the plan`() {
    var plan = RedirectPlan()
    plan.ports = Array(1000..<1100)
    let stamp = RulesStamp(plan, ruleCount: 1000, guardToken: "1a2b3c4d")
    #expect(stamp.text.utf8.count <= 127)
    #expect(stamp.plan.hasPrefix("plan="))
    plan.selection = .cgroup("/a/" + String(repeating: "long", count: 50))
    #expect(RulesStamp(plan, ruleCount: 1000, guardToken: "1a2b3c4d").text.utf8.count <= 127)
    // What needs quoting stays out of comments.
    plan = RedirectPlan()
    plan.selection = .cgroup("/a\\x2d")
    #expect(RulesStamp(plan, ruleCount: 9, guardToken: nil).plan.hasPrefix("plan="))
  }

  @Test func `tells apart all that makes other rules`() {
    let changes: [(inout RedirectPlan) -> Void] = [
      { $0.tcpPort = 1 }, { $0.tlsPort = 1 }, { $0.dnsPort = 1 }, { $0.mark = 1 },
      { $0.selection = .allUsers },
      { $0.selection = .users([0]) }, { $0.selection = .cgroup("uid:0") }, { $0.ports = [8080] },
      { $0.ports = Array(1000..<1100) }, { $0.ports = Array(1000..<1099) }, { $0.names = .original },
      { $0.names = .none }, { $0.allowsQUIC = true },
    ]
    let stamps = changes.map { change in
      var plan = RedirectPlan()
      change(&plan)
      return RulesStamp(plan, ruleCount: 9, guardToken: nil).plan
    }
    #expect(Set(stamps).count == changes.count)
    #expect(!stamps.contains(RulesStamp(RedirectPlan(), ruleCount: 9, guardToken: nil).plan))
  }
}
