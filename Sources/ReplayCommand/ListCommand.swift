import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
import Replay

struct ListCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the sessions: who, where to, how much, how it ended.",
    discussion: """
      A line for every session: number, when it opened (UTC), what the client and what the server sent, how long it \
      lasted, how it ended (closed, reset, silent for datagrams, open at the end of the capture, failed), process, \
      server and where its name is from. With --json one JSON object a line, with the SHA-256 of both streams, TLS \
      facts and more; docs/SCHEMA.md explains every field.
      """)

  static let helpEnding = """
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
      Sessions of which the capture lacks bytes:

        $ replay list --json page.pcap | jq -c 'select(.gaps > 0) | [.session, .host, .gaps]'
    """

  @OptionGroup var input: InputOptions

  @OptionGroup var jobs: JobOptions

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @OptionGroup var style: StyleOptions

  func run() throws {
    let form = json ? try jsonForm() : .text(style.options)
    try input.run(jobs: jobs.count) { pass throws(ReplayError) in
      var report = SessionsReport(form, file: pass.label)
      var inspector = Inspector(services: ContentServices.system.withoutBodyDigests)
      try pass.replay { event, packet in
        if pass.selection.mayTell(of: event) { report.receive(event) }
        inspector.receive(event, packet: packet) { observation in
          let isTold = pass.selection.admits(observation)
          guard case .closed(let summary) = observation else { return }
          pass.write { report.close(summary, isTold: isTold, into: &$0) }
        }
      }
      pass.write { report.finish(into: &$0) }
    }.end()
  }

  private func jsonForm() throws -> SessionsReport.Form {
    guard let digests = ContentServices.system.digests else {
      throw CommandFailure("this system has no SHA-256", hint: "install OpenSSL 3")
    }
    return .json(digests)
  }
}
