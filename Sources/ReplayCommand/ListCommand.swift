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
    \(ReplayCommand.exitStatuses)

    EXAMPLE:
      Sessions of which the capture lacks bytes:

        $ replay list --json page.pcap | jq -c 'select(.gaps > 0) | [.session, .host, .gaps]'
    """

  @OptionGroup var input: InputOptions

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @OptionGroup var style: StyleOptions

  func run() throws {
    let output = ReportOutput(isEager: input.isStream)
    var report = SessionsReport(json ? try jsonForm() : .text(style.options))
    var inspector = Inspector(services: ContentServices.system.withoutBodyDigests)
    try input.run(output) { replayer, selection throws(ReplayError) in
      let notes = try replayer.replay { event, packet in
        if selection.admits(event) { report.receive(event) }
        inspector.receive(event, packet: packet) { observation in
          guard selection.admits(observation) else { return }
          output.append { report.receive(observation, into: &$0) }
        }
      }
      output.append { report.finish(into: &$0) }
      return notes
    }
  }

  private func jsonForm() throws -> SessionsReport.Form {
    guard let digests = ContentServices.system.digests else {
      throw CommandFailure("this system has no SHA-256", hint: "install OpenSSL 3")
    }
    return .json(digests)
  }
}
