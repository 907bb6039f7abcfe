import ArgumentParser
import CommandSupport
import Replay

struct VerifyCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove recordings against their sidecars.",
    discussion: """
      Reads a recording strictly, as 'relay' wrote it, and says where it is not so: which byte of which stream, where \
      that can be told, else which packet. Proved is of every session that both streams have the recorded bytes, in \
      whole packets, in the recorded order, none missing and none twice, and that it begins and ends as the sidecar \
      says. Sessions that go on in another recording are proved to meet if both are named. Nothing can be said of what \
      only the sidecar has (processes, TLS facts), nor of packets' times but those of a connection's first.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   everything is proved
      1   something differs, or cannot be proved, as without a sidecar
      2   an input could not be read
      64  the command line makes no sense

    EXAMPLE:
        $ replay verify page.pcap
        page.pcap: proved: 3 sessions, 26 packets, 462 B
    """

  @OptionGroup var captures: CaptureArguments

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @OptionGroup var jobs: JobOptions

  @OptionGroup var style: StyleOptions

  func run() throws {
    let (json, options) = (json, style.options)
    let settings = InputSettings(
      usesSidecar: true, criteria: SelectionCriteria(), jobs: jobs.count, readings: 1)
    let results = InputRun(InputList(captures.file), settings) { pass throws(ReplayError) in
      let verdict = try RecordingVerifier(path: pass.path, progress: pass.replayer.progress).verify()
      let report = VerificationReport(verdict, path: pass.path)
      pass.write { $0 += json ? report.jsonLines(file: pass.label) : report.text(options) }
      return Verified(path: pass.path, verdict: verdict)
    }.run()
    let differences = RecordingChain(results.values.map { ($0.path, $0.verdict) }).differences
    for (path, difference) in differences {
      results.console.write(
        json
          ? VerificationReport.jsonLine(difference, file: path)
          : Array("\(path):\n".utf8) + VerificationReport.text(difference, options))
    }
    try results.end()
    let areProved = results.values.allSatisfy { $0.verdict.outcome == .proved }
    if !areProved || !differences.isEmpty { throw ExitCode(ExitStatus.difference) }
  }

  private struct Verified: Sendable {
    var path: String
    var verdict: Verdict
  }
}
