import LinuxSystem
import Testing

@testable import Sandbox

@Suite struct `The doctor` {
  private func checks(_ caller: Caller, _ directories: [String], wrapper: [String] = []) throws -> [String] {
    try ProbeProcess(caller, ["doctor"] + directories, wrapper: wrapper).finish().output
  }

  private static let everything = [
    "ip", "nft", "launcher", "namespaces", "inner network", "inner sockets", "private files", "redirection",
    "trust bundle", "open files",
  ]

  @Test(arguments: Caller.available)
  func `finds nothing wrong where the sandbox works`(_ caller: Caller) throws {
    let lines = try checks(caller, ToolSearch().directories)
    #expect(lines.map { String($0.prefix { $0 != ":" }) } == Self.everything.map { "ok \($0)" })
  }

  @Test(arguments: ["ip", "nft"])
  func `finds a missing tool`(_ missing: String) throws {
    let scratch = try Scratch()
    for tool in ["ip", "nft"] where tool != missing {
      _ = scratch.link(tool, to: try #require(ToolSearch().path(of: tool)))
    }
    let lines = try checks(.ordinary, [scratch.path])
    let package = missing == "ip" ? "iproute2" : "nftables"
    #expect(
      lines.contains(
        "FAIL \(missing): `\(missing)` is not installed, or not in /usr/sbin, /sbin or PATH;"
          + " sudo apt-get install \(package)"))
    #expect(lines.filter { $0.hasPrefix("FAIL") }.count == 1)
  }

  @Test func `finds a redirection that does not work`() throws {
    let scratch = try Scratch()
    _ = scratch.link("ip", to: try #require(ToolSearch().path(of: "ip")))
    _ = scratch.link("nft", to: "/bin/true")
    let lines = try checks(.ordinary, [scratch.path])
    let line =
      "FAIL redirection: cannot set up the redirection: connect through the redirection: Connection refused;"
    #expect(lines.contains { $0.hasPrefix(line) })
    #expect(lines.contains { $0.hasPrefix("ok private files") })
  }

  @Test func `finds a ban, and tries nothing beyond it`() throws {
    let lines = try checks(
      .ordinary, ToolSearch().directories,
      wrapper: [
        "unshare", "-Ur", "bash", "-c",
        "echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all \"$0\" \"$@\"",
      ])
    #expect(
      lines.contains {
        $0.hasPrefix("FAIL namespaces: ") && $0.hasSuffix("; sudo sysctl -w user.max_user_namespaces=10000")
      })
    #expect(!lines.contains { $0.contains("inner network") })
  }
}
