import Testing

@Suite struct `relay status help` {
  static let help = #"""
    OVERVIEW: Show what the running service does: its recording, totals and live
    sessions.

    The service is asked over its control socket, which belongs to the service's
    user and group. Sessions are listed in order of opening, with the process that
    opened each, and the payload bytes from the client (up) and from the server
    (down). Bytes of bypassed sessions are not counted.

    USAGE: relay status [--socket <path>] [--json] [--watch <seconds>]

    OPTIONS:
      --socket <path>         The service's control socket. (default:
                              /run/wiretape/relay.sock)
      --json                  Print the service's answer as it came: one JSON
                              object on a line.
      --watch <seconds>       Ask again every so many seconds, until interrupted.
      --version               Show the version.
      -h, --help              Show help information.


    EXIT STATUS:
      0   the service answered
      2   no service runs, or it cannot be asked
      64  the command line makes no sense

    EXAMPLES:
      Which programs talk to the network now:

        $ sudo relay status

      How many bytes wait to be recorded:

        $ sudo relay status --json | jq .recording.queued_bytes

    """#

  @Test func `is word for word as documented`() throws {
    let result = try Tool("relay").run(["status", "--help"])
    #expect(result.output == Self.help)
    #expect(result.status == 0)
  }
}
