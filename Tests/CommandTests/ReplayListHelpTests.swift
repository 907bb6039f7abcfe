import Testing

/// The help of what tells of sessions, word for word.
@Suite struct `replay list help` {
  static let cases = [
    HelpCase(
      arguments: ["events", "--help"],
      help: #"""
        OVERVIEW: Write the session events as JSON Lines, for programs.

        One JSON object a line for everything that happened in a session: opened,
        client_hello, secured, bypassed, bytes, datagram, gap, half_closed, closed.
        Bytes are in base64. --since and --until choose events, the other filters
        sessions. docs/SCHEMA.md explains every field.

        USAGE: replay events <file> ... [--no-sidecar] [--host <host> ...] [--process <name> ...] [--protocol <name> ...] [--status <status> ...] [--method <name> ...] [--session <number> ...] [--since <time>] [--until <time>] [--jobs <count>] [--no-data]

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
          --no-data               Leave out the bytes themselves; their count stays.
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
          What the client of session 2 sent:

            $ replay events page.pcap | jq -r \
                'select(.session == 2 and .event == "bytes" and .from == "client") | .data' \
                | while read -r data; do printf %s "$data" | base64 -d; done

        """#),
    HelpCase(
      arguments: ["list", "--help"],
      help: #"""
        OVERVIEW: List the sessions: who, where to, how much, how it ended.

        A line for every session: number, when it opened (UTC), what the client and
        what the server sent, how long it lasted, how it ended (closed, reset, silent
        for datagrams, open at the end of the capture, failed), process, server and
        where its name is from. With --json one JSON object a line, with the SHA-256 of
        both streams, TLS facts and more; docs/SCHEMA.md explains every field.

        USAGE: replay list [<options>] <file> ...

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
          Sessions of which the capture lacks bytes:

            $ replay list --json page.pcap | jq -c 'select(.gaps > 0) | [.session, .host, .gaps]'

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: HelpCase) throws {
    try test.check()
  }
}
