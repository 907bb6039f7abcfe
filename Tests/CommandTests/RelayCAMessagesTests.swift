import Foundation
import TestSupport
import Testing

@Suite struct `relay ca's messages` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var errors: String
    var status: Int32

    var testDescription: String { "relay ca \(arguments.joined(separator: " "))" }
  }

  static func usage(_ message: String, _ command: String) -> String {
    "relay: error: \(message)\nrelay: hint: see 'relay ca \(command) --help'\n"
  }

  static let cases = [
    Case(
      arguments: [], errors: "relay: error: no subcommand given\nrelay: hint: see 'relay ca --help'\n",
      status: 64),
    Case(
      arguments: ["make"],
      errors: "relay: error: unknown subcommand 'make'\nrelay: hint: see 'relay ca --help'\n", status: 64),
    Case(arguments: ["init", "--bogus"], errors: usage("unknown option '--bogus'", "init"), status: 64),
    Case(
      arguments: ["init", "--days", "0"], errors: usage("days '0' is not between 1 and 3650", "init"),
      status: 64),
    Case(
      arguments: ["init", "--permit", "*.example.com"],
      errors: usage(
        "permit '*.example.com' is neither a domain, as 'example.com', nor an address or network, as '10.0.0.0/8'",
        "init"), status: 64),
    Case(
      arguments: ["init", "--name", ""], errors: usage("name is not 1 to 64 printable characters", "init"),
      status: 64),
    Case(
      arguments: ["init", "--name", String(repeating: "x", count: 65)],
      errors: usage("name is not 1 to 64 printable characters", "init"), status: 64),
    Case(
      arguments: ["rotate", "--permit", "a.test", "--permit-all"],
      errors: usage("--permit and --permit-all contradict each other", "rotate"), status: 64),
    Case(
      arguments: ["export", "--format", "p12"],
      errors: usage(
        "the value 'p12' is invalid for '--format <format>'. Please provide one of 'pem' and 'der'.", "export"
      ),
      status: 64),
    Case(
      arguments: ["init", "--directory", "ca", "--user", "no-such-user"],
      errors: "relay: error: there is no user 'no-such-user'\n"
        + "relay: hint: name the user that 'relay serve' becomes, or create it\n", status: 2),
    Case(
      arguments: ["show", "--directory", "ca"],
      errors: "relay: error: no CA in 'ca'\nrelay: hint: make one with: relay ca init\n", status: 2),
    Case(
      arguments: ["export", "--directory", "ca"],
      errors: "relay: error: no CA in 'ca'\nrelay: hint: make one with: relay ca init\n", status: 2),
    Case(
      arguments: ["rotate", "--directory", "ca", "--user", "\(geteuid())"],
      errors: "relay: error: no CA in 'ca'\nrelay: hint: make one with: relay ca init\n", status: 2),
    Case(
      arguments: ["show", "--directory", "file"], errors: "relay: error: 'file' is no directory\n", status: 2),
  ]

  @Test(arguments: cases)
  func `say what, where and what to do`(_ test: Case) throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.write([], to: "file")
    let result = try Tool("relay").run(["ca"] + test.arguments, directory: scratch.url.path)
    #expect(result.errors == test.errors)
    #expect(result.status == test.status)
    #expect(result.output == "")
    #expect(try scratch.names() == ["file"])
  }

  struct RootCase: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var errors: String

    var testDescription: String { "relay ca \(arguments.joined(separator: " "))" }
  }

  /// An ordinary user's in a user namespace of its own.
  @Test(arguments: [
    RootCase(
      arguments: ["install"],
      errors: "relay: error: only root can change the system's trust store\n"
        + "relay: hint: run: sudo relay ca install\n"),
    RootCase(
      arguments: ["uninstall"],
      errors: "relay: error: only root can change the system's trust store\n"
        + "relay: hint: run: sudo relay ca uninstall\n"),
    RootCase(
      arguments: ["init", "--user", "root"],
      errors: "relay: error: only root can make a CA for another user, uid 0\n"
        + "relay: hint: run it as root, or name yourself with --user\n"),
    RootCase(
      arguments: ["rotate", "--user", "root"],
      errors: "relay: error: only root can make a CA for another user, uid 0\n"
        + "relay: hint: run it as root, or name yourself with --user\n"),
  ]) func `send to root what is root's`(_ test: RootCase) throws {
    let scratch = try TemporaryDirectory()
    let result = try ToolRun(
      ["env", "-C", scratch.url.path, "unshare", "--user", "--map-user=1000", Tool.path("relay"), "ca"]
        + test.arguments + ["--directory", "ca"])
    #expect(result.errors == test.errors)
    #expect(result.status == 2)
    #expect(try scratch.names() == [])
  }
}
