import Testing

@testable import Settings

@Suite struct `Settings together` {
  struct Case: CustomTestStringConvertible, Sendable {
    var yaml: String
    var flags: [SettingFlag] = []
    var problems: [String] = []
    var warnings: [String] = []

    var testDescription: String { "\(yaml) \(flags.flatMap { [$0.name] + $0.values })" }
  }

  private static let local =
    "is on this machine: what it asks in turn must not be redirected to the relay again"

  static let cases = [
    Case(yaml: "tcp_port: 51443", problems: ["FILE:1: tcp_port and tls_port are both 51443"]),
    Case(
      yaml: "tcp_port: 7\ntls_port: 7\ndns_port: 7",
      problems: [
        "FILE:2: tcp_port and tls_port are both 7", "FILE:3: tcp_port and dns_port are both 7",
        "FILE:3: tls_port and dns_port are both 7",
      ]),
    Case(
      yaml: "tls_port: 7", flags: [SettingFlag("--tcp-port", ["7"])],
      problems: ["--tcp-port: tcp_port and tls_port are both 7"]),
    Case(yaml: "listen: []", problems: ["FILE:1: at least one address is needed"]),
    Case(
      yaml: "nameservers: ['127.0.0.1:51053']",
      problems: ["FILE:1: '127.0.0.1:51053' is where the relay itself listens"]),
    Case(
      yaml: "listen: [0.0.0.0]\ndns_port: 53\nnameservers: [127.0.0.9]",
      problems: ["FILE:3: '127.0.0.9:53' is where the relay itself listens"]),
    Case(yaml: "nameservers: [127.0.0.1]", warnings: ["FILE:1: 127.0.0.1:53 \(local)"]),
    Case(
      yaml: "dns: original\nnameservers: [8.8.8.8]",
      warnings: ["FILE:2: not used: with dns: original a query goes to the server that was asked"]),
    Case(
      yaml: "write: /a.pcap\nrotate_size: 1MiB\nmax_total: 2MiB",
      problems: [
        "FILE:2: rotate_size is for a directory, and write names a file ('/a.pcap')",
        "FILE:3: max_total is for a directory, and write names a file ('/a.pcap')",
      ]),
    Case(
      yaml: "write: /rec\nrotate_every: 1h", flags: [SettingFlag("--write", ["/a.pcap"])],
      warnings: ["FILE:2: not used: rotate_every is for a directory, and write names a file ('/a.pcap')"]),
    Case(yaml: "write: /a.pcap"),
    Case(
      yaml: "rotate_size: 20GiB", problems: ["FILE:1: max_total (10GiB) is less than rotate_size (20GiB)"]),
    Case(
      yaml: "rotate_size: 2MiB\nmax_total: 1MiB",
      problems: ["FILE:2: max_total (1MiB) is less than rotate_size (2MiB)"]),
    Case(yaml: "rotate_size: 2MiB\nmax_total: 2MiB"),
    Case(
      yaml: "write: /rec\nrotate_size: none\nrotate_every: none",
      warnings: [
        "FILE:3: max_total deletes closed files, and without rotate_size and rotate_every none is ever closed"
      ]),
    Case(yaml: "write: /rec\nrotate_size: none\nrotate_every: none\nmax_total: none"),
    Case(yaml: "ca_cert: /a.pem", problems: ["FILE:1: ca_cert needs ca_key, too"]),
    Case(yaml: "ca_key: /a.key", problems: ["FILE:1: ca_key needs ca_cert, too"]),
    Case(yaml: "ca_cert: /a.pem\nca_key: /a.key"),
    Case(
      yaml: "rules:\n  all_users: true\n  users: [alice]",
      problems: ["FILE:2: rules.users and rules.all_users contradict each other: set one of them"]),
    Case(
      yaml: "rules:\n  cgroup: /a", flags: [SettingFlag("--user", ["alice"])],
      problems: ["--user: rules.users and rules.cgroup contradict each other: set one of them"]),
    Case(
      yaml: "rules:\n  ports: [53]", problems: ["FILE:2: port 53 is DNS, which is redirected anyway"]),
    Case(
      yaml: "metrics: /run/a.sock\ncontrol: /run/a.sock",
      problems: ["FILE:1: control and metrics are the same socket"]),
  ]

  @Test(arguments: cases)
  func `must make sense`(_ test: Case) throws {
    let trial = try SettingsTrial(yaml: test.yaml, flags: test.flags)
    #expect(trial.problems() == test.problems)
    #expect(trial.warnings() == test.warnings)
  }

  @Test func `say where the CA is`() throws {
    var interception = InterceptionSettings()
    #expect(interception.authority == .directory("/var/lib/wiretape/ca"))
    interception.certificateFile = "/c"
    interception.keyFile = "/k"
    #expect(interception.authority == .files(certificate: "/c", key: "/k"))
  }
}
