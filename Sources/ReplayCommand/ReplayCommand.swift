import ArgumentParser
import CommandSupport
import Glibc

@main
struct ReplayCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Read recordings of network traffic, and say what was said.",
    discussion: """
      Reads what 'relay' recorded, and any other pcap or pcapng capture with IP in it: TCP streams are put back \
      together, HTTP/1 and DNS are understood, whatever was decrypted while recording is read like plain text. \
      Nothing is sent, and no file is written but by 'extract' and 'export'.

      A recording is a capture (NAME.pcap) and its sidecar (NAME.sessions.jsonl), which holds what packets cannot: \
      processes, TLS facts, reasons. The sidecar is found by its name; a capture without one is read as it is.
      """,
    version: version,
    subcommands: [
      ShowCommand.self, ExchangesCommand.self, EventsCommand.self, ListCommand.self, StatsCommand.self,
      VerifyCommand.self,
      ExtractCommand.self, ExportCommand.self,
    ])

  static let version = "0.1.0"

  static let helpEnding = """
    \(exitStatuses)

    EXAMPLE:
      Record a command, then see what it said:

        $ relay run -w page.pcap -- curl -s https://example.com/ -o page.html
        $ replay show page.pcap
    """

  static let exitStatuses = """
    EXIT STATUS:
      0   everything was read
      2   the input could not be read, or is cut short or damaged; whatever can be
          read of it is shown
      64  the command line makes no sense
    """

  static func main() {
    // A reader that has seen enough ends the command quietly, whatever the signal's inherited disposition.
    signal(SIGPIPE, SIG_IGN)
    runAndExit(tool: "replay", example: "'replay show FILE' shows a recording") { word in
      access(word, F_OK) == 0 ? "'replay show \(word)' shows what is in it" : nil
    }
  }
}
