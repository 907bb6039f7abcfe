import Testing

/// The help, word for word: it is read more often than any other text of this project.
@Suite struct `replay help` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var help: String

    var testDescription: String { "replay \(arguments.joined(separator: " "))" }
  }

  static let cases = [
    Case(
      arguments: ["--help"],
      help: #"""
        OVERVIEW: Read recordings of network traffic, and say what was said.

        Reads what 'relay' recorded, and any other pcap or pcapng capture with IP in
        it: TCP streams are put back together, HTTP/1 and DNS are understood, whatever
        was decrypted while recording is read like plain text. Nothing is sent, and no
        file is written but by 'extract' and 'export'.

        A recording is a capture (NAME.pcap) and its sidecar (NAME.sessions.jsonl),
        which holds what packets cannot: processes, TLS facts, reasons. The sidecar is
        found by its name; a capture without one is read as it is.

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
    Case(
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

        USAGE: replay show <file> [--no-sidecar] [--process <name> ...] [--color <color>] [--width <width>]

        ARGUMENTS:
          <file>                  The capture to read; '-' is standard input.

        OPTIONS:
          --no-sidecar            Ignore the sidecar, and tell only what the packets
                                  tell.
          --process <name>        Only sessions of this process: its name, its
                                  executable's last path component, or its number.
                                  Repeatable: any of them. If there is none, standard
                                  error says so.
          --color <color>         Use colours: auto (on a terminal, unless NO_COLOR is
                                  set), always or never. (values: auto, always, never;
                                  default: auto)
          --width <width>         Columns after which a line is continued on the next,
                                  at least 60. (default: 100)
          --version               Show the version.
          -h, --help              Show help information.


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
    Case(
      arguments: ["exchanges", "--help"],
      help: #"""
        OVERVIEW: Write the exchanges as JSON Lines, for programs.

        One JSON object a line for every request with its response, every DNS query
        with its answer, every TLS client hello, in order of finishing. Bodies are told
        by length and SHA-256, as sent and decoded. Times are RFC 3339 in UTC,
        durations are in nanoseconds. docs/SCHEMA.md explains every field.

        USAGE: replay exchanges <file> [--no-sidecar] [--process <name> ...] [--no-digests]

        ARGUMENTS:
          <file>                  The capture to read; '-' is standard input.

        OPTIONS:
          --no-sidecar            Ignore the sidecar, and tell only what the packets
                                  tell.
          --process <name>        Only sessions of this process: its name, its
                                  executable's last path component, or its number.
                                  Repeatable: any of them. If there is none, standard
                                  error says so.
          --no-digests            Leave the digests of bodies null, which halves the
                                  time that large bodies take.
          --version               Show the version.
          -h, --help              Show help information.


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
    Case(
      arguments: ["events", "--help"],
      help: #"""
        OVERVIEW: Write the session events as JSON Lines, for programs.

        One JSON object a line for everything that happened in a session: opened,
        client_hello, secured, bypassed, bytes, datagram, gap, half_closed, closed.
        Bytes are in base64. docs/SCHEMA.md explains every field.

        USAGE: replay events <file> [--no-sidecar] [--process <name> ...] [--no-data]

        ARGUMENTS:
          <file>                  The capture to read; '-' is standard input.

        OPTIONS:
          --no-sidecar            Ignore the sidecar, and tell only what the packets
                                  tell.
          --process <name>        Only sessions of this process: its name, its
                                  executable's last path component, or its number.
                                  Repeatable: any of them. If there is none, standard
                                  error says so.
          --no-data               Leave out the bytes themselves; their count stays.
          --version               Show the version.
          -h, --help              Show help information.


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
    Case(
      arguments: ["list", "--help"],
      help: #"""
        OVERVIEW: List the sessions: who, where to, how much, how it ended.

        A line for every session: number, when it opened (UTC), what the client and
        what the server sent, how long it lasted, how it ended (closed, reset, silent
        for datagrams, open at the end of the capture, failed), process, server and
        where its name is from. With --json one JSON object a line, with the SHA-256 of
        both streams, TLS facts and more; docs/SCHEMA.md explains every field.

        USAGE: replay list <file> [--no-sidecar] [--process <name> ...] [--json] [--color <color>] [--width <width>]

        ARGUMENTS:
          <file>                  The capture to read; '-' is standard input.

        OPTIONS:
          --no-sidecar            Ignore the sidecar, and tell only what the packets
                                  tell.
          --process <name>        Only sessions of this process: its name, its
                                  executable's last path component, or its number.
                                  Repeatable: any of them. If there is none, standard
                                  error says so.
          --json                  Write JSON Lines, for programs.
          --color <color>         Use colours: auto (on a terminal, unless NO_COLOR is
                                  set), always or never. (values: auto, always, never;
                                  default: auto)
          --width <width>         Columns after which a line is continued on the next,
                                  at least 60. (default: 100)
          --version               Show the version.
          -h, --help              Show help information.


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
  func `is word for word as documented`(_ test: Case) throws {
    let result = try Tool("replay").run(test.arguments)
    #expect(result.output == test.help)
    #expect(result.status == 0)
  }

  @Test func `is the same by the help subcommand`() throws {
    #expect(
      try Tool("replay").run(["help", "show"]).output == Tool("replay").run(["show", "--help"]).output)
  }

  @Test func `tells the version`() throws {
    #expect(try Tool("replay").run(["--version"]).output == "0.1.0\n")
  }
}
