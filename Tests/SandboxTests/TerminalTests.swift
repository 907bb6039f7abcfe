import Testing

@Suite struct `The terminal` {
  /// Runs the probe on a pseudo-terminal of its own, types Ctrl-C when it says "ready", and ends as it ends.
  private static let terminal = """
    import os, pty, sys
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    seen = b''
    typed = False
    while True:
        try:
            chunk = os.read(master, 1000)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
        if b'ready' in seen and not typed:
            os.write(master, b'\\x03')
            typed = True
    sys.stdout.write(seen.decode())
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """

  private static let wrapper = ["/usr/bin/python3", "-c", terminal]

  @Test(arguments: Caller.available)
  func `is the command's, which is in the foreground`(_ caller: Caller) throws {
    let script = "test -t 0 && test -t 1 && test -t 2 && echo all three; tty >/dev/null && ps -o stat= -p $$"
    let result = try ProbeProcess.run(caller, ["bash", "-c", script], wrapper: Self.wrapper)
    #expect(result.output.contains("all three"))
    #expect(result.output.contains { $0.hasPrefix("S") && $0.hasSuffix("+") })
    #expect(result.status == 0)
  }

  @Test(arguments: Caller.available)
  func `sends its interrupt to the command alone`(_ caller: Caller) throws {
    let script = "trap 'echo caught; exit 3' INT; echo ready; while true; do sleep 0.1; done"
    let result = try ProbeProcess.run(caller, ["bash", "-c", script], wrapper: Self.wrapper)
    #expect(result.output.contains { $0.hasSuffix("caught") })
    #expect(result.output.contains("ended exited(3) remaining "))
    #expect(result.status == 3)
  }

  @Test func `allows job control`() throws {
    let script = "set -m; sleep 0.01 & fg >/dev/null; echo foreground $?"
    let result = try ProbeProcess.run(.ordinary, ["bash", "-c", script], wrapper: Self.wrapper)
    #expect(result.output.contains("foreground 0"))
  }
}
