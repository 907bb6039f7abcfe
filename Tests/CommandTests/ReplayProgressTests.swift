import Foundation
import TestSupport
import Testing

/// The progress bar, on a terminal.
@Suite struct `replay progress` {
  /// Runs the command on a pseudo-terminal, its standard input a pipe.
  ///
  /// Gives it the beginning of a capture, waits for a
  /// progress bar, does what `MODE` says, and prints what the terminal saw and how the command ended.
  private static let terminal = """
    import fcntl, os, pty, signal, struct, sys, termios
    mode, capture, output, *command = sys.argv[1:]
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 70, 0, 0))
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writer)
        os.setsid()
        # The tests' own threads block signals, which a terminal does not.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        os.dup2(reader, 0)
        os.dup2(slave if output == '-' else os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(slave, 2)
        os.execvpe(command[0], command, dict(os.environ, TERM='xterm'))
    os.close(slave)
    os.close(reader)
    content = open(capture, 'rb').read()
    os.write(writer, content[:24])
    seen = b''
    def read():
        global seen
        try:
            chunk = os.read(master, 4096)
        except OSError:
            chunk = b''
        seen += chunk
        return chunk
    while b' read' not in seen and read(): pass
    if mode == 'interrupt':
        os.write(master, b'\\x03')
    else:
        os.write(writer, content[24:])
        if output == '-':
            while b'bytes' not in seen and b'datagram' not in seen and read(): pass
        os.close(writer)
    while read(): pass
    print(repr(seen))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """

  private func run(_ mode: String, output: String) throws -> (terminal: String, status: Substring) {
    let directory = try TemporaryDirectory()
    let capture = try directory.write(SmallCapture.whole, to: "a.pcap")
    let place = output == "-" ? output : directory.path(output)
    let run = try ToolRun(
      ["python3", "-c", Self.terminal, mode, capture, place, Tool.path("replay"), "events", "--no-data", "-"])
    #expect(run.errors == "")
    return (String(run.lines.first ?? ""), run.lines.last ?? "")
  }

  @Test func `is shown once reading takes long, and gone when it is done`() throws {
    let (terminal, status) = try run("finish", output: "events.jsonl")
    #expect(terminal.contains(/replay: \S+ k?B read  \S+ k?B\/s\\x1b\[K/))
    #expect(terminal.hasSuffix(#"\r\x1b[K'"#))
    #expect(status == "0")
  }

  @Test func `leaves a clean line to who interrupts`() throws {
    let (terminal, status) = try run("interrupt", output: "events.jsonl")
    #expect(terminal.hasSuffix(#"\r\x1b[K'"#))
    // Ended by the signal, of which a shell makes 130.
    #expect(status == "-2")
  }

  @Test func `is never mixed into output`() throws {
    let (terminal, status) = try run("finish", output: "-")
    let parts = terminal.split(separator: "{\"v\":1", maxSplits: 1)
    #expect(parts.count == 2)
    #expect(parts.first?.hasSuffix(#"\r\x1b[K"#) == true)
    #expect(parts.last?.contains("replay:") == false)
    #expect(status == "0")
  }
}
