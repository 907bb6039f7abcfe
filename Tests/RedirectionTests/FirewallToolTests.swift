import Testing

@testable import Redirection

@Suite struct `What a firewall tool says` {
  struct Case: Sendable {
    var output: String
    var reason: String
  }

  static let cases = [
    Case(
      output:
        "/dev/stdin:7:29-33: Error: cgroupv2 path fails: No such file or directory\n    socket\n    ^^^^\n",
      reason: "/dev/stdin:7:29-33: Error: cgroupv2 path fails: No such file or directory"),
    Case(
      output: "iptables-restore v1.8.9 (nf_tables): \nline 5: RULE_APPEND failed (Invalid argument)\n",
      reason: "iptables-restore v1.8.9 (nf_tables): line 5: RULE_APPEND failed (Invalid argument)"),
    Case(
      output:
        "# Warning: iptables-legacy tables present\niptables-restore v1.8.9 (legacy): no target\n\nmore\n",
      reason: "iptables-restore v1.8.9 (legacy): no target"),
    Case(output: "cut:\n", reason: "cut:"),
    Case(output: "", reason: "it gave no reason"),
  ]

  @Test(arguments: cases)
  func `is cut to its reason`(_ test: Case) {
    #expect(FirewallTool.reason(in: test.output) == test.reason)
  }
}

@Suite struct `Guard's message` {
  static let messages = [
    GuardMessage(.good), GuardMessage(.bad, "it failed"), GuardMessage(.bad, "it failed", hint: "try this"),
    GuardMessage(.bad, "", hint: ""),
  ]

  @Test(arguments: messages)
  func `is read back`(_ message: GuardMessage) {
    #expect(GuardMessage(message.bytes) == message)
  }

  @Test func `is never too long, and never malformed`() {
    let long = GuardMessage(
      .bad, String(repeating: "x", count: 10_000), hint: String(repeating: "y", count: 9000))
    #expect(long.bytes.count == GuardMessage.longest)
    #expect(GuardMessage(long.bytes)?.kind == .bad)
    #expect(GuardMessage([]) == nil)
    #expect(GuardMessage([9, 65]) == nil)
  }
}
