import Foundation
import TestSupport
import Testing

@Suite struct `relay serve's settings` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var environment: [String: String?] = [:]
    var output = ""
    var errors = ""
    var status: Int32

    var testDescription: String { "relay serve \(arguments.joined(separator: " "))" }
  }

  static let fileHint = "relay: hint: every setting stands in relay.yaml(5)\n"
  static let usageHint = "relay: hint: see 'relay serve --help'\n"

  static let cases = [
    Case(
      arguments: ["--check-config", "--config", "good.yaml"], output: "DIR/good.yaml: fine\n", status: 0),
    Case(
      arguments: ["--check-config"], environment: ["WIRETAPE_CONFIG": "DIR/good.yaml"],
      output: "DIR/good.yaml: fine\n", status: 0),
    Case(
      arguments: ["--check-config", "--config", "good.yaml"], environment: ["WIRETAPE_TCP_PRT": "1"],
      output: "DIR/good.yaml: fine\n",
      errors: "relay: warning: WIRETAPE_TCP_PRT: no setting has this name: did you mean WIRETAPE_TCP_PORT?\n",
      status: 0),
    Case(
      arguments: ["--check-config", "--config", "bad.yaml"],
      errors: "relay: error: DIR/bad.yaml:1: unknown key 'tcp_prot': did you mean 'tcp_port'?\n"
        + "relay: error: DIR/bad.yaml:3: timeouts.idle: '30' has no unit: write a duration, as 30s\n"
        + fileHint,
      status: 2),
    Case(
      arguments: ["--config", "bad.yaml", "--tcp-port", "0"],
      errors: "relay: error: --tcp-port: '0' is not a port, 1 to 65535\n"
        + "relay: error: DIR/bad.yaml:1: unknown key 'tcp_prot': did you mean 'tcp_port'?\n"
        + "relay: error: DIR/bad.yaml:3: timeouts.idle: '30' has no unit: write a duration, as 30s\n"
        + fileHint,
      status: 2),
    Case(
      arguments: ["--config", "gone.yaml"],
      errors: "relay: error: DIR/gone.yaml: cannot read the file: No such file or directory\n" + fileHint,
      status: 2),
    Case(
      arguments: ["--config", "good.yaml", "--tls-port", "99999", "--on-bad-certificate", "mirrow"],
      errors: "relay: error: --tls-port: '99999' is not a port, 1 to 65535\n"
        + "relay: error: --on-bad-certificate: 'mirrow' is not mirror, reject or accept: did you mean 'mirror'?\n"
        + usageHint,
      status: 64),
    Case(
      arguments: ["--config", "good.yaml"], environment: ["WIRETAPE_METRICS": "0.0.0.0:9151"],
      errors: "relay: error: WIRETAPE_METRICS: '0.0.0.0:9151' is not a loopback address: "
        + "metrics are not shown to the network\n" + fileHint,
      status: 2),
    Case(
      arguments: ["--check-config", "--print-config"],
      errors: "relay: error: --check-config and --print-config contradict each other\n" + usageHint,
      status: 64),
    Case(
      arguments: ["--bogus"], errors: "relay: error: unknown option '--bogus'\n" + usageHint, status: 64),
    Case(
      arguments: ["stray"], errors: "relay: error: unexpected argument 'stray'\n" + usageHint, status: 64),
  ]

  @Test(arguments: cases)
  func `are checked: what, where and what to do`(_ test: Case) throws {
    let directory = try Self.directory()
    func located(_ text: String) -> String {
      text.replacingOccurrences(of: "DIR", with: directory.url.path)
    }
    var tool = Tool("relay")
    tool.environment = test.environment.mapValues { $0.map(located) }
    let result = try tool.run(["serve"] + test.arguments, directory: directory.url.path)
    #expect(result.output == located(test.output))
    #expect(result.errors == located(test.errors))
    #expect(result.status == test.status)
  }

  @Test func `are printed with where each comes from, and read again`() throws {
    let directory = try Self.directory()
    var tool = Tool("relay")
    tool.environment = ["WIRETAPE_MARK": "0x77"]
    let arguments = [
      "serve", "--config", "good.yaml", "--with-rules", "-w", "recordings", "--bypass", "*.a.example",
    ]
    let result = try tool.run(arguments + ["--print-config"], directory: directory.url.path)
    #expect(result.status == 0)
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n").map(String.init)
    for line in [
      "tcp_port: 7  # \(directory.path("good.yaml")):2", "tls_port: 51443  # default",
      "mark: 0x77  # environment WIRETAPE_MARK", "write: \(directory.path("recordings"))  # flag --write",
      "bypass: ['*.a.example']  # flag --bypass", "  apply: true  # flag --with-rules",
    ] {
      #expect(lines.contains(line), "\(line)")
    }

    _ = try directory.write(Array(result.output.utf8), to: "printed.yaml")
    let again = try Tool("relay").run(
      ["serve", "--print-config", "--config", "printed.yaml"], directory: directory.url.path)
    #expect(again.status == 0)
    #expect(Self.withoutComments(again.output) == Self.withoutComments(result.output))
  }

  private static func withoutComments(_ yaml: String) -> [Substring] {
    yaml.split(separator: "\n").compactMap { $0.split(separator: "  #").first }
  }

  private static func directory() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    // The machine's own nameservers are of no concern, and it may have none.
    _ = try directory.write(Array("nameservers: [192.0.2.53]\ntcp_port: 7\n".utf8), to: "good.yaml")
    _ = try directory.write(
      Array("tcp_prot: 7\ntimeouts:\n  idle: 30\nnameservers: [192.0.2.53]\n".utf8), to: "bad.yaml")
    return directory
  }
}
