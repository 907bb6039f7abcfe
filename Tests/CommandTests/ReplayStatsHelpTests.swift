import Testing

/// The help of what counts and proves, word for word.
@Suite struct `replay stats help` {
  static let cases = [
    HelpCase(
      arguments: ["stats", "--help"],
      help: #"""
        OVERVIEW: Count exchanges by host, protocol and status, with latencies.

        A table for every grouping: how many sessions and exchanges, how many errors
        (HTTP from 400 on, DNS other than NOERROR, what a protocol calls one) and how
        many without an answer; what was sent and received (bodies as sent, without
        headers); and the percentiles of how long answers took, from a request's first
        byte to its response's last: exact up to 256 exchanges of a row, within 1.6 %
        beyond. Several captures are counted together. With --json one JSON object a
        line; docs/SCHEMA.md explains every field.

        USAGE: replay stats [<options>] <file> ...

        ARGUMENTS:
          <file>                  Captures to read; a directory stands for the captures
                                  below it, '-' for standard input.

        FILTERS:
          --host <host>           Only what was said to this host: the session's, or
                                  the one that an HTTP request names; '*' stands for
                                  anything, as in '*.example.com'.
          --process <name>        Only sessions of this process: its name, its
                                  executable's last path component, or its number.
          --protocol <name>       Only exchanges of this protocol: http, http/1, h2,
                                  grpc, websocket, sse, dns, tls, smtp, imap, pop3,
                                  ftp, redis, postgresql, socks, proxy, unknown; http
                                  is both versions.
          --status <status>       Only exchanges that came out so: 200, 4xx, 400-499,
                                  '>=400', NXDOMAIN, error, or none for no answer.
          --method <name>         Only exchanges with this method or command: POST,
                                  MAIL, QUERY.
          --session <number>      Only sessions of these numbers: 7, 3-5, or 8- for all
                                  from there on.
          --since <time>          Only what began at or after this time: RFC 3339, a
                                  time of day (UTC), or as +90s from the recording's
                                  start.
          --until <time>          Only what began before this time.

        OPTIONS:
          --no-sidecar            Ignore sidecars, and tell only what the packets tell.
          --jobs <count>          Captures to read at a time. (default: as many as
                                  there are processors)
          --by <grouping>         What to group by: host, protocol, status, method or
                                  process. Repeatable. (default: the first three)
                                  (values: host, protocol, status, method, process)
          --top <count>           Rows of each table; the others are counted together.
                                  (default: 20)
          --json                  Write JSON Lines, for programs.
          --color <color>         Use colours: auto (on a terminal, unless NO_COLOR is
                                  set), always or never. (values: auto, always, never;
                                  default: auto)
          --width <width>         Columns after which a line is continued on the next,
                                  at least 60. (default: 100)
          --version               Show the version.
          -h, --help              Show help information.


        COMBINING FILTERS:
          Given several times, any of one kind will do; filters of different kinds must
          all be met. A session is told of if one of its exchanges is. What meets nothing
          is said on standard error.

        EXIT STATUS:
          0   everything was read
          2   the input could not be read, or is cut short or damaged; whatever can be
              read of it is shown
          64  the command line makes no sense

        EXAMPLE:
            $ replay stats --by host page.pcap
            3 sessions, 2 exchanges from 2026-11-24 09:04:43 to 09:04:43 UTC
            65 B from the clients, 397 B from the servers, 1 failed session

            HOST         SESSIONS EXCHANGES RECEIVED     P50     P90     P99     MAX
            10.9.8.7            1         1      0 B  152 µs  152 µs  152 µs  152 µs
            example.com         1         1    110 B 26.4 ms 26.4 ms 26.4 ms 26.4 ms
            example.org         1         0      0 B

        """#),
    HelpCase(
      arguments: ["verify", "--help"],
      help: #"""
        OVERVIEW: Prove recordings against their sidecars.

        Reads a recording strictly, as 'relay' wrote it, and says where it is not so:
        which byte of which stream, where that can be told, else which packet. Proved
        is of every session that both streams have the recorded bytes, in whole
        packets, in the recorded order, none missing and none twice, and that it begins
        and ends as the sidecar says. Sessions that go on in another recording are
        proved to meet if both are named. Nothing can be said of what only the sidecar
        has (processes, TLS facts), nor of packets' times but those of a connection's
        first.

        USAGE: replay verify <file> ... [--json] [--jobs <count>] [--color <color>] [--width <width>]

        ARGUMENTS:
          <file>                  Captures to read; a directory stands for the captures
                                  below it, '-' for standard input.

        OPTIONS:
          --json                  Write JSON Lines, for programs.
          --jobs <count>          Captures to read at a time. (default: as many as
                                  there are processors)
          --color <color>         Use colours: auto (on a terminal, unless NO_COLOR is
                                  set), always or never. (values: auto, always, never;
                                  default: auto)
          --width <width>         Columns after which a line is continued on the next,
                                  at least 60. (default: 100)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   everything is proved
          1   something differs, or cannot be proved, as without a sidecar
          2   an input could not be read
          64  the command line makes no sense

        EXAMPLE:
            $ replay verify page.pcap
            page.pcap: proved: 3 sessions, 26 packets, 462 B

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: HelpCase) throws {
    try test.check()
  }
}
