import Foundation
import TestSupport
import Testing

@Suite struct `relay's messages` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var errors: String
    var status: Int32

    var testDescription: String { "relay \(arguments.joined(separator: " "))" }
  }

  static let runHint = "relay: hint: see 'relay run --help'\n"
  static let subcommandHint = "relay: hint: 'relay run -- COMMAND' records a command; see 'relay --help'\n"

  static let cases = [
    Case(arguments: [], errors: "relay: error: no subcommand given\n" + subcommandHint, status: 64),
    Case(
      arguments: ["frobnicate"], errors: "relay: error: unknown subcommand 'frobnicate'\n" + subcommandHint,
      status: 64),
    Case(
      arguments: ["run", "--bogus", "--", "true"],
      errors: "relay: error: unknown option '--bogus'\n" + runHint, status: 64),
    Case(
      arguments: ["run", "curl"],
      errors: "relay: error: no command: write it after '--', as in: relay run -- curl https://example.com\n"
        + runHint, status: 64),
    Case(
      arguments: ["run", "--segment-size", "65496", "--", "true"],
      errors: "relay: error: segment size '65496' is not between 1 and 65495\n" + runHint, status: 64),
    Case(
      arguments: ["run", "-w", "a.pcap", "--no-record", "--", "true"],
      errors: "relay: error: --write and --no-record contradict each other\n" + runHint, status: 64),
    Case(
      arguments: ["run", "-w", "missing/a.pcap", "--", "true"],
      errors: "relay: error: 'missing/a.pcap': open: No such file or directory\n"
        + "relay: hint: check that the directory exists\n", status: 125),
    Case(
      arguments: ["run", "-w", "taken.pcap", "--", "true"],
      errors: "relay: error: 'taken.pcap' exists already\n"
        + "relay: hint: choose another path, or replace the file with --force\n", status: 125),
    Case(
      arguments: ["run", "--upstream-ca", "gone.pem", "--no-record", "--", "true"],
      errors:
        "relay: error: cannot use the certificates in 'gone.pem': BIO_new_file: No such file or directory "
        + "(calling fopen(gone.pem, r))\n",
      status: 125),
    Case(
      arguments: ["run", "-w", "a.pcap", "--", "no-such-command"],
      errors: "relay: error: cannot start 'no-such-command': command not found\n", status: 127),
    Case(
      arguments: ["run", "-w", "taken.pcap", "--force", "--", "no-such-command"],
      errors: "relay: error: cannot start 'no-such-command': command not found\n", status: 127),
    Case(
      arguments: ["run", "-w", "a.pcap", "--", "./taken.pcap"],
      errors: "relay: error: cannot start './taken.pcap': Permission denied\n", status: 126),
  ]

  @Test(arguments: cases)
  func `say what, where and what to do`(_ test: Case) throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(Array("an older recording".utf8), to: "taken.pcap")
    let result = try Tool("relay").run(test.arguments, directory: directory.url.path)
    #expect(result.errors == test.errors)
    #expect(result.status == test.status)
    #expect(result.output == "")
    // Neither a failed start nor a command that never ran leaves a recording, and no file is harmed.
    #expect(try directory.names() == ["taken.pcap"])
    #expect(try directory.read("taken.pcap") == Array("an older recording".utf8))
  }

  @Test func `name the package where a tool of the system is missing`() throws {
    // The sandbox looks in /usr/sbin and /sbin besides PATH, so the tool is hidden in a mount namespace.
    let hidden = try ToolRun([
      "unshare", "--mount", "--map-root-user", "sh", "-c",
      "mount --bind /dev/null $(command -v nft || echo /usr/sbin/nft) && exec \"$0\" \"$@\"",
      Tool.path("relay"), "run", "--no-record", "--", "true",
    ])
    #expect(hidden.status == 125)
    #expect(
      hidden.errors == "relay: error: `nft` is not installed, or not in /usr/sbin, /sbin or PATH\n"
        + "relay: hint: sudo apt-get install nftables\n")
  }
}
