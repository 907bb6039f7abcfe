import Glibc
import Testing

@testable import Sandbox

@Suite struct `Sandbox errors` {
  struct Case: Sendable {
    var error: SandboxError
    var text: String
    var hint: String?
  }

  static let cases = [
    Case(
      error: .userNamespacesForbidden(errno: EPERM, ban: .cloneSetting),
      text: "user namespaces are forbidden here: unshare: Operation not permitted",
      hint: "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    Case(
      error: .userNamespacesForbidden(errno: EACCES, ban: .appArmor),
      text: "user namespaces are forbidden here: unshare: Permission denied",
      hint: "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    Case(
      error: .toolMissing(tool: "nft", package: "nftables"),
      text: "`nft` is not installed, or not in /usr/sbin, /sbin or PATH",
      hint: "sudo apt-get install nftables"),
    Case(
      error: .toolFailed(tool: "nft", stage: .nat, status: 1, message: "Error: Could not process rule"),
      text: "cannot set up the redirection: `nft` ended with status 1: Error: Could not process rule",
      hint: "sudo modprobe -a nf_tables nft_chain_nat nft_redir"),
    Case(
      error: .systemCall(name: "bind 0.0.0.0:53", stage: .sockets, errno: EADDRINUSE),
      text: "cannot set up the sockets: bind 0.0.0.0:53: Address already in use", hint: nil),
    Case(
      error: .commandNotStarted(command: "nope", errno: ENOENT),
      text: "cannot start 'nope': command not found",
      hint: nil),
  ]

  @Test func `say what failed, where, and what to do`() {
    for example in Self.cases {
      #expect("\(example.error)" == example.text)
      #expect(example.error.hint == example.hint)
    }
  }

  @Test func `come from the start itself`() throws {
    let scratch = try Scratch()
    let missing = try ProbeProcess.run(.ordinary, ["true"], options: ["--tools", scratch.path])
    #expect(missing.status == 125)
    #expect(missing.notes.first == "error: `ip` is not installed, or not in /usr/sbin, /sbin or PATH")
    for tool in ["ip", "nft"] {
      chmod(scratch.file(tool, "#!/bin/sh\necho no luck >&2\nexit 3\n"), 0o755)
    }
    let failing = try ProbeProcess.run(.ordinary, ["true"], options: ["--tools", scratch.path])
    #expect(failing.notes == ["error: cannot set up the network: `ip` ended with status 3: no luck"])
  }

  @Test func `name the ban when the limit of user namespaces is reached`() throws {
    // In a user namespace of its own the caller may set the limit for what is below.
    let result = try ProbeProcess.run(
      .ordinary, ["true"],
      wrapper: [
        "unshare", "-Ur", "bash", "-c",
        "echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all \"$0\" \"$@\"",
      ])
    #expect(result.status == 125)
    #expect(
      result.notes == [
        "error: user namespaces are forbidden here: unshare: No space left on device",
        "hint: sudo sysctl -w user.max_user_namespaces=10000",
      ])
  }
}
