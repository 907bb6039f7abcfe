import Testing

@testable import Sandbox

@Suite struct `Messages between the halves` {
  @Test func `carry a whole order`() throws {
    var plan = SandboxPlan(command: [[0x61, 0xff], []])
    plan.environment = ["A": "b", "GONE": nil, "EMPTY": ""]
    plan.files = [
      ReplacedFile(path: "/a", contents: Array(repeating: 7, count: 300_000)),
      ReplacedFile(path: "/b", contents: [], isRequired: false),
    ]
    plan.addresses = HostAddresses(
      ipv4: NetworkAddress("192.0.2.1"), ipv6: NetworkAddress("2001:db8::1"), ipv6Routes: ["default"])
    plan.hostLoopbackPorts = [80, 65_535]
    plan.ignoredSignals = [1, 64]
    plan.openFileLimit = 1 << 40
    let order = LaunchOrder(plan: plan, ip: "/sbin/ip", nft: "/sbin/nft", verifiesRedirect: true)
    let read = try LaunchOrder(encoded: order.encoded())
    #expect(read.plan.command == plan.command)
    #expect(read.plan.environment == plan.environment)
    #expect(read.plan.files == plan.files)
    #expect(read.plan.hiddenPaths == SandboxPlan.resolverShortcuts)
    #expect(read.plan.addresses == plan.addresses)
    #expect(read.plan.hostLoopbackPorts == plan.hostLoopbackPorts)
    #expect(read.plan.ignoredSignals == plan.ignoredSignals)
    #expect(read.plan.openFileLimit == plan.openFileLimit)
    #expect(read.ip == order.ip && read.nft == order.nft && read.verifiesRedirect)
  }

  static let errors: [SandboxError] =
    [
      .toolMissing(tool: "nft", package: "nftables"),
      .toolFailed(tool: "ip", stage: .network, status: 2, message: "RTNETLINK answers: no"),
      .systemCall(name: "bind", stage: .sockets, errno: 98), .fileMissing(path: "/x", errno: 2),
      .commandNotStarted(command: "x", errno: 13),
    ] + SandboxStage.allCases.map { .launcherLost(stage: $0) }
    + [.appArmor, .cloneSetting, .maximum, .filter].map { .userNamespacesForbidden(errno: 1, ban: $0) }

  @Test func `carry every order and report`() throws {
    for order in [Order.launch, .signal(15), .terminate(graceMilliseconds: 4_000_000_000)] {
      #expect(try Order(encoded: order.encoded()) == order)
    }
    let readiness = Readiness(
      hasTCP6: true, hasDNS6: false, namespaces: NamespaceIdentity(network: 1 << 40, mounts: 2),
      moments: [1, UInt64.max])
    let remaining = [SandboxProcess(pid: 7, name: "a b"), SandboxProcess(pid: 8, name: "")]
    let reports: [Report] =
      [.ready(readiness), .commandStarted(pid: 7), .commandEnded(word: -1, remaining: remaining), .ended]
      + Self.errors.map { .failed($0) }
    for report in reports { #expect(try Report(encoded: report.encoded()) == report) }
  }

  @Test func `are refused when they are cut short`() {
    for report in Self.errors.map({ Report.failed($0) }) + [.commandStarted(pid: 7)] {
      let bytes = report.encoded()
      for count in 0..<bytes.count {
        #expect(throws: WireReader.Malformed.self) { try Report(encoded: Array(bytes.prefix(count))) }
      }
    }
  }

  @Test func `fit however many processes are left`() {
    let many = (0..<10_000).map { SandboxProcess(pid: $0, name: "fifteen letters") }
    #expect(Report.commandEnded(word: 0, remaining: many).encoded().count <= maximumMessage)
  }
}
