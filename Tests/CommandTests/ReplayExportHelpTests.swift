import Testing

/// The help of what writes files, word for word.
@Suite struct `replay export help` {
  static let cases = [
    HelpCase(
      arguments: ["extract", "--help"],
      help: #"""
        OVERVIEW: Write the bodies of HTTP messages to files.

        Writes the body of every response to a file of its own, its content coding
        removed, and lists the files: name, bytes, content type, 'complete' or what is
        wrong, SHA-256 and URL, divided by tabs. A file is called as the server says,
        else as the last part of its URL, else as its host; names are made safe, like
        ones get numbers, and nothing is ever overwritten. A body of which something is
        missing has '.incomplete' behind its name. Files get mode 0600.

        USAGE: replay extract [<options>] <file> ...

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
          -o, --output <directory>
                                  Where to write; made if it is not there.
          --list                  Write nothing, and only list what would be written.
          --requests              Write the bodies of requests instead.
          --both                  Write the bodies of requests, too.
          --as-sent               Leave content codings (gzip, br …) on.
          --json                  List as JSON Lines, for programs.
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
          The images of a page, and which of them are whole:

            $ replay extract -o page --host 'images.*' page.pcap | cut -f 1,4

        """#),
    HelpCase(
      arguments: ["export", "--help"],
      help: #"""
        OVERVIEW: Write HTTP, or the capture itself, in a form that other programs
        read.

        --har writes an HTTP Archive, which browsers' developer tools import; --curl a
        shell script that repeats the requests; --markdown a report for a ticket;
        --pcapng the packets again, with the names of hosts and comments on sessions
        (process, TLS, certificate) that Wireshark shows. One of them at a time; '-' is
        standard output. Files get mode 0600.

        An export is for sharing, and what was recorded holds passwords, tokens and
        cookies: --redact replaces those that are known by their names. docs/EXPORT.md
        tells which, and has examples.

        USAGE: replay export [<options>] <file> ...

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
          --har <path>            Write an HTTP Archive (HAR 1.2).
          --curl <path>           Write a shell script of curl commands.
          --markdown <path>       Write a report in Markdown.
          --pcapng <path>         Write the packets with names and comments.
          --redact/--no-redact    Replace passwords, tokens and cookies by a word.
                                  (default: only in Markdown)
          --body-limit <size>     Bytes of one body, as 64k or 10M, or 'none': a longer
                                  one is left out, in Markdown cut. (default: 10M; in
                                  scripts 1M, in Markdown 2k)
          --force                 Replace the file if it is there already.
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
          What failed, for a browser's network panel:

            $ replay export --har failed.har --redact --status error page.pcap

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: HelpCase) throws {
    try test.check()
  }
}
