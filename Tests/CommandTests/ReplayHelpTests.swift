import Testing

/// The help, word for word: it is read more often than any other text of this project.
@Suite struct `replay help` {
  static let cases = [
    HelpCase(
      arguments: ["--help"],
      help: #"""
        OVERVIEW: Read recordings of network traffic, and say what was said.

        Reads what 'relay' recorded, and any other pcap or pcapng capture with IP in
        it, also compressed (gzip, zstd): TCP streams are put back together, and what
        is said in them is read by its content, whatever the port: HTTP/1, HTTP/2,
        gRPC, WebSocket, server-sent events, DNS, TLS, SMTP, IMAP, POP3, FTP, Redis,
        PostgreSQL. What was decrypted while recording is read like plain text. Nothing
        is sent, and no file is written but by 'extract', 'export' and 'check'.

        A recording is a capture (NAME.pcap) and its sidecar (NAME.sessions.jsonl),
        which holds what packets cannot: processes, TLS facts, reasons. The sidecar is
        found by its name; a capture without one is read as it is. Several captures can
        be named, and directories of them. docs/REPLAY.md has examples of everything.

        USAGE: replay <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          show                    Show what was said, for people.
          exchanges               Write the exchanges as JSON Lines, for programs.
          events                  Write the session events as JSON Lines, for programs.
          list                    List the sessions: who, where to, how much, how it
                                  ended.
          stats                   Count exchanges by host, protocol and status, with
                                  latencies.
          verify                  Prove recordings against their sidecars.
          check                   Compare recordings with what is expected of them.
          diff                    Compare two recordings of the same, exchange by
                                  exchange.
          torture                 Mutate recordings as networks do, and require the
                                  same events.
          extract                 Write the bodies of HTTP messages to files.
          export                  Write HTTP, or the capture itself, in a form that
                                  other programs read.

          See 'replay help <subcommand>' for detailed help.

        EXIT STATUS:
          0   everything was read
          2   the input could not be read, or is cut short or damaged; whatever can be
              read of it is shown
          64  the command line makes no sense

        EXAMPLE:
          Record a command, then see what it said:

            $ relay run -w page.pcap -- curl -s https://example.com/ -o page.html
            $ replay show page.pcap

        """#),
    HelpCase(
      arguments: ["show", "--help"],
      help: #"""
        OVERVIEW: Show what was said, for people.

        Each session has a header: its number, when it opened (UTC), the process, the
        client's address, the server's name and where that is from (sni: the TLS client
        hello; dns: a recorded answer that led to the address; address: neither), the
        server's address, and TLS facts. Its exchanges follow as they finish, a line
        each: when it began, method, status, size of the response body, duration, URL,
        content type. Sizes are in decimal units (1 kB is 1,000 bytes) and as sent; the
        decoded size stands beside it where a content coding was removed. Lines with
        '!' tell what was malformed or missing.

        USAGE: replay show [<options>] <file> ...

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
            $ replay show page.pcap
            2026-11-24 UTC
            #1   09:04:43.055  curl[113] 10.0.0.1:58961 → 10.9.8.7:53 (address) udp
            #1   09:04:43.056  DNS                   152 µs  A example.com → 10.1.2.3
            #2   09:04:43.057  curl[113] 10.0.0.1:60828 → example.com:443 (sni) 10.1.2.3
                               TLSv1.3 TLS_AES_128_GCM_SHA256, ALPN http/1.1,
                               certificate CN=example.com, issued by CN=Example CA
            #2   09:04:43.136  GET    200    110 B  26.4 ms  https://example.com/
                               text/html  103 B decoded
            #3   09:04:43.275  curl[121] 10.0.0.1:55976 → example.org:80 (dns) 10.1.2.4
            #3   09:04:43.276  reset by the server after 1.2 ms without an exchange
                               ! server unreachable: Connection refused

        """#),
    HelpCase(
      arguments: ["exchanges", "--help"],
      help: #"""
        OVERVIEW: Write the exchanges as JSON Lines, for programs.

        One JSON object a line for every request with its response, every DNS query
        with its answer, every TLS client hello, in order of finishing. Bodies are told
        by length and SHA-256, as sent and decoded. Times are RFC 3339 in UTC,
        durations are in nanoseconds. docs/SCHEMA.md explains every field.

        USAGE: replay exchanges <file> ... [--no-sidecar] [--host <host> ...] [--process <name> ...] [--protocol <name> ...] [--status <status> ...] [--method <name> ...] [--session <number> ...] [--since <time>] [--until <time>] [--jobs <count>] [--no-digests]

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
          --no-digests            Leave the digests of bodies null, which halves the
                                  time that large bodies take.
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
          The URLs that answered with an error:

            $ replay exchanges page.pcap | jq -r \
                'select(.response.status >= 400) | .request.authority + .request.target'

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: HelpCase) throws {
    try test.check()
  }

  @Test func `is the same by the help subcommand`() throws {
    #expect(
      try Tool("replay").run(["help", "show"]).output == Tool("replay").run(["show", "--help"]).output)
  }

  @Test func `tells the version`() throws {
    #expect(try Tool("replay").run(["--version"]).output == "0.1.0\n")
  }
}
