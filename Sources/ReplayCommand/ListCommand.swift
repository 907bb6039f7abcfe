import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
import Replay

struct ListCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the sessions, with a digest of each stream.",
    discussion: """
      One JSON object a line for every session: who, where to, when, how it ended, how many bytes each side sent and \
      their SHA-256, what is missing, process and TLS facts. docs/SCHEMA.md explains every field.
      """)

  static let helpEnding = """
    \(ReplayCommand.exitStatuses)

    EXAMPLE:
      Sessions of which the capture lacks bytes:

        $ replay list --json page.pcap | jq -c 'select(.gaps > 0) | [.session, .host, .gaps]'
    """

  @OptionGroup var input: InputOptions

  @Flag(name: .long, help: "Write JSON Lines, which is the default and so far the only form.")
  var json = false

  func run() throws {
    guard let digests = ContentServices.system.digests else {
      throw CommandFailure("this system has no SHA-256", hint: "install OpenSSL 3")
    }
    let output = ReportOutput(isEager: input.isStream)
    var report = SessionsReport(digests: digests)
    var inspector = Inspector(services: ContentServices.system)
    try input.run(output) { replayer throws(ReplayError) in
      let notes = try replayer.replay { event, packet in
        report.receive(event)
        inspector.receive(event, packet: packet) { observation in
          output.append { report.receive(observation, into: &$0) }
        }
      }
      output.append { report.finish(into: &$0) }
      return notes
    }
  }
}
