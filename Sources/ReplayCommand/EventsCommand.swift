import ArgumentParser
import CommandSupport
import Replay

struct EventsCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Write the session events as JSON Lines, for programs.",
    discussion: """
      One JSON object a line for everything that happened in a session: opened, client_hello, secured, bypassed, \
      bytes, datagram, gap, half_closed, closed. Bytes are in base64. docs/SCHEMA.md explains every field.
      """)

  static let helpEnding = """
    \(ReplayCommand.exitStatuses)

    EXAMPLE:
      What the client of session 2 sent:

        $ replay events page.pcap | jq -r \\
            'select(.session == 2 and .event == "bytes" and .from == "client") | .data' \\
            | while read -r data; do printf %s "$data" | base64 -d; done
    """

  @OptionGroup var input: InputOptions

  @Flag(name: .long, help: "Leave out the bytes themselves; their count stays.")
  var noData = false

  func run() throws {
    let includesData = !noData
    try input.run { pass throws(ReplayError) in
      var report = EventsReport(includesData: includesData)
      try pass.replay { event, packet in
        guard pass.selection.admits(event) else { return }
        pass.write { report.receive(event, packet: packet, into: &$0) }
      }
    }.end()
  }
}
