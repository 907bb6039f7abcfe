import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
import Replay

struct EventsCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Write the session events as JSON Lines, for programs.",
    discussion: """
      One JSON object a line for everything that happened in a session: opened, client_hello, secured, bypassed, \
      bytes, datagram, gap, half_closed, closed. Bytes are in base64. --since and --until choose events, the other filters \
      sessions. docs/SCHEMA.md explains every field.
      """)

  static let helpEnding = """
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
      What the client of session 2 sent:

        $ replay events page.pcap | jq -r \\
            'select(.session == 2 and .event == "bytes" and .from == "client") | .data' \\
            | while read -r data; do printf %s "$data" | base64 -d; done
    """

  @OptionGroup var input: InputOptions

  @OptionGroup var jobs: JobOptions

  @Flag(name: .long, help: "Leave out the bytes themselves; their count stays.")
  var noData = false

  func run() throws {
    let includesData = !noData
    let criteria = input.selected.criteria.exceptTime
    if !criteria.areDecidedAtOpening, input.file.contains("-") {
      throw CommandFailure(
        "with these filters the input is read twice, which standard input cannot be",
        hint: "write it to a file first, and read that", status: ExitStatus.usage)
    }
    try input.run(jobs: jobs.count, readings: criteria.areDecidedAtOpening ? 1 : 2) {
      pass throws(ReplayError) in
      let sessions = try Self.sessions(pass, criteria)
      var report = EventsReport(includesData: includesData, file: pass.label)
      try pass.replay { event, packet in
        guard pass.selection.admits(event, within: sessions) else { return }
        pass.write { report.receive(event, packet: packet, into: &$0) }
      }
    }.end()
  }

  /// The sessions that meet criteria which only what was said in them can tell; nil where there are none such.
  private static func sessions(
    _ pass: InputPass, _ criteria: SelectionCriteria
  ) throws(ReplayError) -> SessionSet? {
    guard !criteria.areDecidedAtOpening else { return nil }
    var selection = Selection(criteria)
    var sessions = SessionSet()
    _ = try pass.replayer.observe(services: ContentServices.system.withoutBodyDigests) { observation in
      let isTold = selection.admits(observation)
      if case .closed(let summary) = observation, isTold { sessions.insert(summary.session) }
    }
    pass.selection.note(selection.matches)
    return sessions
  }
}
