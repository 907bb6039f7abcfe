import ArgumentParser
import CommandSupport
import Glibc

@main
struct ReplayCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Read recordings of network traffic, and say what was said.",
    discussion: """
      Reads what 'relay' recorded, and any other pcap or pcapng capture with IP in it, also compressed (gzip, zstd): TCP \
      streams are put back together, and what is said in them is read by its content, whatever the port: HTTP/1, HTTP/2, \
      gRPC, WebSocket, server-sent events, DNS, TLS, SMTP, IMAP, POP3, FTP, Redis, PostgreSQL. What was decrypted while \
      recording is read like plain text. Nothing is sent, and no file is written but by 'extract', 'export' and 'check'.

      A recording is a capture (NAME.pcap) and its sidecar (NAME.sessions.jsonl), which holds what packets cannot: \
      processes, TLS facts, reasons. The sidecar is found by its name; a capture without one is read as it is. Several \
      captures can be named, and directories of them. docs/REPLAY.md has examples of everything.
      """,
    version: version,
    subcommands: [
      ShowCommand.self, ExchangesCommand.self, EventsCommand.self, ListCommand.self, StatsCommand.self,
      VerifyCommand.self, CheckCommand.self, DiffCommand.self, TortureCommand.self,
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

  /// What the help of every subcommand with filters ends with.
  static let filtersAndStatuses = """
    COMBINING FILTERS:
      Given several times, any of one kind will do; filters of different kinds must
      all be met. A session is told of if one of its exchanges is. What meets nothing
      is said on standard error.

    \(exitStatuses)
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
