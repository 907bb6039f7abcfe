import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
import Replay

struct ExchangesCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "exchanges",
    abstract: "Write the exchanges as JSON Lines, for programs.",
    discussion: """
      One JSON object a line for every request with its response, every DNS query with its answer, every TLS client \
      hello, in order of finishing. Bodies are told by length and SHA-256, as sent and decoded. Times are RFC 3339 in UTC, \
      durations are in nanoseconds. docs/SCHEMA.md explains every field.
      """)

  static let helpEnding = """
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
      The URLs that answered with an error:

        $ replay exchanges page.pcap | jq -r \\
            'select(.response.status >= 400) | .request.authority + .request.target'
    """

  @OptionGroup var input: InputOptions

  @OptionGroup var jobs: JobOptions

  @Flag(help: "Leave the digests of bodies null, which halves the time that large bodies take.")
  var noDigests = false

  func run() throws {
    let noDigests = noDigests
    try input.run(jobs: jobs.count) { pass throws(ReplayError) in
      var report = ExchangesReport(file: pass.label)
      let services = noDigests ? ContentServices.system.withoutBodyDigests : ContentServices.system
      try pass.observe(services: services) { observation in
        pass.write { report.receive(observation, into: &$0) }
      }
    }.end()
  }
}
