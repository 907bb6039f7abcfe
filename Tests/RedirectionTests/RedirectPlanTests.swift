import Redirection
import Testing

@Suite struct `Redirect plan` {
  struct Case: CustomTestStringConvertible, Sendable {
    var reason: String
    var change: @Sendable (inout RedirectPlan) -> Void

    var testDescription: String { reason }
  }

  static let cases = [
    Case(reason: "mark 0 is what every socket has, so that nothing would be redirected") { $0.mark = 0 },
    Case(reason: "the relay's ports 51443 (TCP), 51443 (TLS) and 51053 (DNS) must differ, and not be 0") {
      $0.tcpPort = 51_443
    },
    Case(reason: "the relay's ports 51080 (TCP), 51443 (TLS) and 0 (DNS) must differ, and not be 0") {
      $0.dnsPort = 0
    },
    Case(reason: "there is no port 0") { $0.ports = [8080, 0] },
    Case(reason: "port 53 is DNS, which the choice of DNS queries redirects or not") { $0.ports = [53] },
    Case(reason: "no user is selected") { $0.selection = .users([]) },
    Case(reason: "the root cgroup '/.' holds everyone: select all users instead") {
      $0.selection = .cgroup("/.")
    },
    Case(reason: "'a b' is not the path of a cgroup: it has blanks, quotes, '..' or more") {
      $0.selection = .cgroup("a b")
    },
    Case(reason: "'a/../b' is not the path of a cgroup: it has blanks, quotes, '..' or more") {
      $0.selection = .cgroup("a/../b")
    },
    Case(reason: "'a\"b' is not the path of a cgroup: it has blanks, quotes, '..' or more") {
      $0.selection = .cgroup("a\"b")
    },
    Case(reason: "'a\nb' is not the path of a cgroup: it has blanks, quotes, '..' or more") {
      $0.selection = .cgroup("a\nb")
    },
  ]

  @Test(arguments: cases)
  func `must not contradict itself`(_ test: Case) {
    var plan = RedirectPlan()
    test.change(&plan)
    #expect(throws: RulesError.contradiction(test.reason)) { _ = try Rules(plan) }
  }

  @Test func `has the customary ports, all users but root, and the relay's mark by default`() throws {
    let plan = RedirectPlan()
    #expect(plan.tcpPort == 51_080 && plan.tlsPort == 51_443 && plan.dnsPort == 51_053)
    #expect(plan.mark == 0x5754)
    #expect(plan.selection == .allButRoot)
    try plan.check()
  }

  @Test func `names users by name or number`() throws {
    #expect(try UserAccount.uid(of: "root") == 0)
    #expect(try UserAccount.uid(of: "4294967294") == 4_294_967_294)
    for unknown in ["4294967295", "-1", "no such user", ""] {
      #expect(throws: RulesError.userUnknown(unknown)) { _ = try UserAccount.uid(of: unknown) }
    }
  }
}
