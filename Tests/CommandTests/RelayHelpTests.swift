import Testing

@Suite struct `relay help` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var help: String

    var testDescription: String { "relay \(arguments.joined(separator: " "))" }
  }

  static let cases = [
    Case(
      arguments: ["--help"],
      help: #"""
        OVERVIEW: Record what programs on this machine say to the network, decrypted.

        The recording is a pcap file that Wireshark opens, with TLS taken off, and
        'replay' reads it back.

        USAGE: relay <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          run                     Run a command, and record what it says to the
                                  network, decrypted.
          serve                   Record what the whole host says to the network,
                                  decrypted.
          status                  Show what the running service does: its recording,
                                  totals and live sessions.
          rules                   Redirect this machine's own traffic to 'relay serve',
                                  by firewall rules.
          ca                      Make, show, install and replace the CA of this host's
                                  relay.
          doctor                  Say what 'relay run' needs of this machine, and how
                                  to get what is missing.

          See 'relay help <subcommand>' for detailed help.

        EXAMPLE:
          Record a command, then see what it said:

            $ relay run -w page.pcap -- curl -s https://example.com/ -o page.html
            $ replay show page.pcap

        """#),
    Case(
      arguments: ["run", "--help"],
      help: #"""
        OVERVIEW: Run a command, and record what it says to the network, decrypted.

        The command runs in namespaces of its own: every TCP connection it makes, to
        any address and port, and every DNS query goes through the relay. TLS is
        recognised by its first bytes and taken off; a CA made for this run, whose key
        never leaves memory, is trusted inside and nowhere else. No root, no CA to
        install, no firewall rule. What the command cannot reach through the relay
        (QUIC, other UDP) it cannot reach at all.

        The recording is two files: NAME.pcap, for Wireshark, tshark and 'replay', and
        NAME.sessions.jsonl, with what packets cannot carry (processes, TLS facts, why
        sessions ended). Decrypted sessions stand on the plaintext twin of their port
        (443 on 80, 853 on 53 ...), so that dissectors recognise them.

        USAGE: relay run [options] -- COMMAND [ARG ...]

        RECORDING:
          -w, --write <path>      Write the recording here; '-' is standard output.
                                  (default: COMMAND-YYYYMMDD-HHMMSS.pcap)
          --force                 Replace an existing recording.
          --no-record             Record nothing; useful with --live.
          --live                  Print exchanges to standard error as they happen, as
                                  'replay show' does later.
          --color <when>          When to colour what --live prints: auto, always or
                                  never. (values: auto, always, never; default: auto)
          --link-type <type>      Link type of the packets: raw (IP) or ethernet.
                                  (values: raw, ethernet; default: raw)
          --segment-size <bytes>  Most payload bytes of one TCP segment, 1 to 65495.
                                  (default: 65495)
          --port-map <from:to,...>
                                  Show sessions decrypted on port FROM on port TO; ''
                                  maps nothing. (default: TLS ports to their plaintext
                                  twins: 443:80, 853:53, 465:25, 993:143 ...)
          --on-record-failure <policy>
                                  When the recording fails, as on a full disk: stop
                                  ends the command (status 125), continue lets it run
                                  on. (values: stop, continue; default: stop)
          -q, --quiet             Say nothing when all went well.

        INTERCEPTION:
          --upstream-ca <file>    Trust the CA certificates in this PEM file for
                                  upstream servers, besides the system's. Repeatable.
          --on-bad-certificate <policy>
                                  What the command sees of a bad upstream certificate:
                                  mirror shows one with the same defect, reject resets
                                  the session, accept shows a good one. (values:
                                  mirror, reject, accept; default: mirror)
          --bypass <host>         Relay TLS to this host unread, and record only that
                                  it happened; '*.example.com' for all below.
                                  Repeatable.
          --host-loopback <port>  Let the command reach this TCP port of the real
                                  loopback, through the relay. Repeatable.

        COMMAND:
          --linger <seconds>      Seconds that processes which the command left behind
                                  may go on before they are ended. (default: 2.0)
          <command>               The command and its arguments.

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          The command's own; 128 + N when signal N ended it
          64   the command line makes no sense
          125  the relay itself failed
          126  the command cannot be executed
          127  the command is not found

        EXAMPLES:
          See what a command says while it runs, and keep the recording:

            $ relay run --live -w tests.pcap -- npm test

          Watch in Wireshark:

            $ relay run -w - -- ./my-program | wireshark -k -i -

        """#),
    Case(
      arguments: ["doctor", "--help"],
      help: #"""
        OVERVIEW: Say what 'relay run' needs of this machine, and how to get what is
        missing.

        Each line is a check: 'ok', or 'no' and the one command that fixes it. The
        checks are real: a sandbox is made for a moment and removed. Nothing on the
        machine is changed.

        USAGE: relay doctor [--json]

        OPTIONS:
          --json                  Print one JSON object a line: name, ok, detail, fix.
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   'relay run' can work here
          2   something is missing
          64  the command line makes no sense

        EXAMPLE:
            $ relay doctor && relay run -- ./my-program

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: Case) throws {
    let result = try Tool("relay").run(test.arguments)
    #expect(result.output == test.help)
    #expect(result.status == 0)
  }

  @Test func `tells the version`() throws {
    #expect(try Tool("relay").run(["--version"]).output == "0.1.0\n")
  }
}
