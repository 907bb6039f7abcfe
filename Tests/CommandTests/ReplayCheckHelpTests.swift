import Testing

/// The help of what compares, word for word.
@Suite struct `replay check help` {
  static let cases = [
    HelpCase(
      arguments: ["check", "--help"],
      help: #"""
        OVERVIEW: Compare recordings with what is expected of them.

        Reads every recording that has a golden beside it (NAME.expected.jsonl for
        NAME.pcap) and compares its exchanges with that, in order. What changes
        whenever the same is said again (dates, ids, tokens, ports, times, cookies) is
        not compared: the rules for that are the program's own and those of the nearest
        canon.yaml, in the recording's directory or above it. A golden is the exchanges
        as 'replay exchanges' writes them, by these rules; it is made by --make and
        written anew by --update, to be reviewed like code. A recording that passed is
        not read again until it, its golden, its rules or this program change.
        docs/TESTING-WITH-RECORDINGS.md tells how to test with recordings.

        USAGE: replay check <path> ... [--update] [--make] [--only <glob> ...] [--canon <path>] [--strict] [--junit <path>] [--json] [--tap] [--no-cache] [--jobs <count>] [--color <color>]

        ARGUMENTS:
          <path>                  Recordings to check; a directory stands for those
                                  below it.

        OPTIONS:
          --update                Write goldens anew, where they differ.
          --make                  Make goldens for recordings without. With two
                                  recordings of the same, find what differs between
                                  them, write rules for it, and make the first one's
                                  golden.
          --only <glob>           Only recordings whose path or name is this; '*'
                                  stands for anything. Repeatable.
          --canon <path>          Use these rules instead of the nearest canon.yaml.
          --strict                Fail where a recording has no golden, or a golden no
                                  recording.
          --junit <path>          Write a report in JUnit's XML, too.
          --json                  Write JSON Lines, for programs.
          --tap                   Write TAP, version 14.
          --no-cache              Read every recording, whether it passed before or not.
          --jobs <count>          Captures to read at a time. (default: as many as
                                  there are processors)
          --color <color>         Use colours: auto (on a terminal, unless NO_COLOR is
                                  set), always or never. (values: auto, always, never;
                                  default: auto)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   every golden is met, or was written
          1   a recording differs from its golden
          2   something could not be read or written; with --strict also a recording
              without golden, and a golden without recording
          64  the command line makes no sense

        EXAMPLE:
          In a repository whose tests/recordings holds recordings with their goldens:

            $ replay check --strict --junit report.xml tests/recordings
            3 recordings: 3 passed

        """#),
    HelpCase(
      arguments: ["diff", "--help"],
      help: #"""
        OVERVIEW: Compare two recordings of the same, exchange by exchange.

        Exchanges with the same request are compared with each other, wherever they
        stand in their recordings, field by field. What changes whenever the same is
        said again is not compared, by the same rules as of 'replay check': the
        program's own, and those of the canon.yaml that is nearest to the first
        recording. What is expected is the first recording, what is there the second;
        sessions and packets are those of the second.

        USAGE: replay diff <first> <second> [--canon <path>] [--junit <path>] [--json] [--tap] [--no-sidecar] [--color <color>]

        ARGUMENTS:
          <first>                 The recording with what is expected.
          <second>                The recording to compare with it.

        OPTIONS:
          --canon <path>          Use these rules instead of the nearest canon.yaml.
          --junit <path>          Write a report in JUnit's XML, too.
          --json                  Write JSON Lines, for programs.
          --tap                   Write TAP, version 14.
          --no-sidecar            Ignore sidecars, and tell only what the packets tell.
          --color <color>         Use colours: auto (on a terminal, unless NO_COLOR is
                                  set), always or never. (values: auto, always, never;
                                  default: auto)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   both say the same
          1   they differ
          2   something could not be read, or is cut short or damaged
          64  the command line makes no sense

        EXAMPLE:
          What the new version of a program says otherwise than the old one:

            $ relay run -w old.pcap -- ./old-version
            $ relay run -w new.pcap -- ./new-version
            $ replay diff old.pcap new.pcap

        """#),
  ]

  @Test(arguments: cases) func `is word for word as documented`(_ test: HelpCase) throws {
    try test.check()
  }
}
