import Testing

/// The help of what mutates recordings, word for word.
@Suite struct `replay torture help` {
  static let test = HelpCase(
    arguments: ["torture", "--help"],
    help: #"""
      OVERVIEW: Mutate recordings as networks do, and require the same events.

      Cuts, joins, reorders, repeats and drops the TCP segments of a recording at
      random, moves its sequence numbers so that they wrap, cuts packets into
      fragments, and mixes sessions with each other, all within what a real network
      may do. Each round the mutated recording must tell the same events and the same
      exchanges, but for packet numbers and times; and for what was dropped a gap of
      the right count. When one does not, the mutations are made as few as possible,
      and the mutated capture is saved beside the recording as
      NAME.torture-SEED.pcap, with a JSON description. The same seed makes the same
      mutations. A recording is held in memory, so it may have 262,144 packets and
      67.1 MB of payload.

      USAGE: replay torture <file> ... [--seed <number>] [--rounds <count>] [--seconds <count>] [--output <directory>] [--keep] [--no-drops] [--no-sidecar] [--json] [--jobs <count>] [--color <color>] [--width <width>]

      ARGUMENTS:
        <file>                  Captures to read; a directory stands for the captures
                                below it, '-' for standard input.

      OPTIONS:
        --seed <number>         What the mutations come from. (default: at random)
        --rounds <count>        Rounds for each recording. (default: 100)
        --seconds <count>       As many rounds as fit into so many seconds, which the
                                recordings share.
        -o, --output <directory>
                                Where to save what fails; made if it is not there.
                                (default: beside the recording)
        --keep                  Save the mutated capture of the last round, too, if
                                it held.
        --no-drops              Drop nothing, so that no exchange may be another.
        --no-sidecar            Ignore sidecars, and torture only the packets.
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
        0   every round held
        1   something differs
        2   an input could not be read, is damaged or too large, or a file could not
            be saved
        64  the command line makes no sense

      EXAMPLE:
          $ replay torture --seed 7 page.pcap
          page.pcap: held for 100 rounds of seed 7, 1,964 mutations

      """#)

  @Test func `is word for word as documented`() throws {
    try Self.test.check()
  }
}
