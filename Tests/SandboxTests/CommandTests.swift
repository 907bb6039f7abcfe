import Testing

@Suite struct `The command` {
  struct Ending: Sendable, CustomTestStringConvertible {
    var command: [String]
    var status: Int32
    var testDescription: String { command.joined(separator: " ") }
  }

  static let endings = [
    Ending(command: ["true"], status: 0),
    Ending(command: ["sh", "-c", "exit 3"], status: 3),
    Ending(command: ["sh", "-c", "exit 255"], status: 255),
    Ending(command: ["sh", "-c", "kill -TERM $$"], status: 128 + 15),
    Ending(command: ["sh", "-c", "kill -KILL $$"], status: 128 + 9),
    Ending(command: ["no-such-command"], status: 127),
    Ending(command: ["/no/such/command"], status: 127),
    Ending(command: ["/etc/passwd"], status: 126),
    Ending(command: ["/etc"], status: 126),
  ]

  @Test(arguments: Caller.available)
  func `gives its exit status, or says why it cannot be started`(_ caller: Caller) throws {
    for ending in Self.endings {
      let result = try ProbeProcess.run(caller, ending.command)
      #expect(result.status == ending.status, "\(ending.testDescription)")
    }
  }

  @Test(arguments: Caller.available)
  func `has its caller's ids, no capability, and no way to one`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(
      caller, script: "id -u; id -g; grep -E '^(Cap|NoNewPrivs)' /proc/self/status | tr -d '\\t'")
    let none = "0000000000000000"
    // What containers give by default, less NET_RAW.
    let some = caller.isPrivileged ? "00000000a80405fb" : none
    #expect(
      result.output == [
        "\(caller.uid)", "\(caller.uid)", "CapInh:\(none)", "CapPrm:\(some)", "CapEff:\(some)",
        "CapBnd:\(some)",
        "CapAmb:\(none)", "NoNewPrivs:\(caller.isPrivileged ? 0 : 1)",
      ])
  }

  @Test(arguments: Caller.available)
  func `can neither change the sandbox nor leave it`(_ caller: Caller) throws {
    let attempts = [
      "ip address add 10.9.9.9/32 dev lo", "ip link set lo down", "nft flush ruleset",
      "mount -t tmpfs none /mnt", "umount /etc/hostname", "nsenter -t $PPID -n true", "unshare -n true",
      "nsenter --net=/proc/1/ns/net true",
      "python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'",
      "python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)'",
    ]
    let tries = attempts.enumerated().map { "\($1) && echo attempt \($0) worked" }
    let script = "export PATH=/usr/sbin:/sbin:/usr/bin:/bin\n" + tries.joined(separator: "\n")
    let result = try ProbeProcess.run(caller, script: script, options: ["--file", "/etc/hostname=x"])
    #expect(result.output == [])
  }

  @Test(arguments: Caller.available)
  func `has the caller's environment with the changes, directory and open files`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(
      caller,
      script: "echo $KEPT $CHANGED ${REMOVED-gone}; pwd; cat <&5; ls /proc/self/fd | tr '\\n' ' '; umask",
      options: ["--env", "CHANGED=new value", "--env", "REMOVED", "--file", "/etc/hostname=x"],
      wrapper: [
        "env", "KEPT=kept", "CHANGED=old", "REMOVED=here", "bash", "-c",
        // The tests' own caller may have open files too.
        """
        for fd in /proc/$$/fd/*; do n=${fd##*/}; if ((n > 2)); then eval "exec $n>&-"; fi; done
        cd /usr; umask 027; exec 5<<<here; exec "$0" "$@"
        """,
      ])
    // Descriptor 3 is what ls opens.
    #expect(result.output == ["kept new value gone", "/usr", "here", "0 1 2 3 5 0027"])
  }

  @Test(arguments: Caller.available)
  func `has default signal dispositions, but for what its caller ignores, and an empty mask`(_ caller: Caller)
    throws
  {
    func masks(_ result: ProbeProcess.Result) -> [Substring] {
      ["SigBlk", "SigIgn"].compactMap { name in result.output.first { $0.hasPrefix(name) }?.suffix(16) }
    }
    // SwiftNIO, which other suites use, has this process ignore SIGPIPE.
    let plain = try ProbeProcess.run(
      caller, ["cat", "/proc/self/status"], wrapper: ["env", "--default-signal"])
    #expect(masks(plain) == ["0000000000000000", "0000000000000000"])
    let nohup = try ProbeProcess.run(
      caller, ["cat", "/proc/self/status"],
      wrapper: ["env", "--default-signal", "bash", "-c", "trap '' HUP; exec \"$0\" \"$@\""])
    #expect(masks(nohup) == ["0000000000000000", "0000000000000001"])
  }

  @Test func `gets arguments that are no UTF-8, and empty ones, as they are`() throws {
    let result = try ProbeProcess.run(
      .ordinary, ["bash", "-c", "printf '[%s]' \"$@\" | od -An -tx1", "bash"],
      wrapper: ["bash", "-c", "exec \"$0\" \"$@\" '' $'\\xff\\xfe' ''"])
    #expect(result.output == [" 5b 5d 5b ff fe 5d 5b 5d"])
  }

  // A root without CAP_SETFCAP, as in the sandbox of a container's root, may not map itself (user_namespaces(7)).
  @Test(arguments: Caller.available.filter { $0 != .containerRoot })
  func `may be the relay itself`(_ caller: Caller) throws {
    let probe = try ProbeBinary.shared.get().path
    let result = try ProbeProcess.run(
      caller, [probe, "run", "--", "bash", "-c", "cat </dev/tcp/198.51.100.7/80; exit 9"])
    #expect(result.output.first?.hasPrefix("to 198.51.100.7:80 from ") == true)
    #expect(result.status == 9)
  }

  @Test func `has the limit of open files that the plan says`() throws {
    let result = try ProbeProcess.run(.ordinary, script: "ulimit -S -n", options: ["--limit", "123"])
    #expect(result.output == ["123"])
  }

  @Test(arguments: Caller.available)
  func `gets the signals that are sent to it`(_ caller: Caller) throws {
    let script = """
      trap 'echo caught; exit 7' USR1
      cat </dev/tcp/198.51.100.7/80 >/dev/null
      while true; do read -t 0.01 <> <(:); done
      """
    let result = try ProbeProcess.run(caller, script: script, options: ["--signal", "10"])
    #expect(result.output == ["caught"])
    #expect(result.status == 7)
  }
}
