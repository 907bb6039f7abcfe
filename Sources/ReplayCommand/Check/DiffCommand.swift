import ArgumentParser
import CommandSupport
import Glibc
import Replay

struct DiffCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two recordings of the same, exchange by exchange.",
    discussion: """
      Exchanges with the same request are compared with each other, wherever they stand in their recordings, field by \
      field. What changes whenever the same is said again is not compared, by the same rules as of 'replay check': the \
      program's own, and those of the canon.yaml that is nearest to the first recording. What is expected is the first \
      recording, what is there the second; sessions and packets are those of the second.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   both say the same
      1   they differ
      2   something could not be read, or is cut short or damaged
      64  the command line makes no sense

    EXAMPLE:
      What the new version of a program says otherwise than the old one:

        $ relay run -w old.pcap -- ./old-version
        $ relay run -w new.pcap -- ./new-version
        $ replay diff old.pcap new.pcap
    """

  @Argument(help: "The recording with what is expected.", completion: .file())
  var first: String

  @Argument(help: "The recording to compare with it.", completion: .file())
  var second: String

  @Option(
    name: .long, help: ArgumentHelp("Use these rules instead of the nearest canon.yaml.", valueName: "path"),
    completion: .file(extensions: ["yaml"]))
  var canon: String?

  @Option(
    name: .long, help: ArgumentHelp("Write a report in JUnit's XML, too.", valueName: "path"),
    completion: .file())
  var junit: String?

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @Flag(name: .long, help: "Write TAP, version 14.")
  var tap = false

  @Flag(name: .long, help: "Ignore sidecars, and tell only what the packets tell.")
  var noSidecar = false

  @Option(name: .long, help: "Use colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorChoice.auto

  func validate() throws {
    guard first != "", second != "" else { throw ValidationError("a path is empty") }
    guard first != "-" || second != "-" else {
      throw ValidationError("standard input ('-') can be read once only")
    }
    guard !json || !tap else { throw ValidationError("--json and --tap cannot be given at once") }
    guard junit != "" else { throw ValidationError("the path of --junit is empty") }
  }

  func run() throws {
    if junit != nil { Interruption.watch() }
    var files = CanonFiles()
    let file =
      canon.map { files.file(named: $0) } ?? files.file(for: CheckPlan.directory(of: first))
    guard files.problems.isEmpty else {
      Console.standard.tell(files.problems)
      throw ExitCode(ExitStatus.failure)
    }
    let results = RecordingPair(first, second, file?.canon ?? Canon(), usesSidecar: !noSidecar).run()
    guard results.values.count == 2 else { return try results.end() }
    let outcome = try Self.outcome(results.values)
    let form: CheckRun.Form =
      json ? .json : tap ? .tap : .text(ShowOptions(color: color.isOn(for: STDOUT_FILENO), width: 100))
    try report(outcome, form)
    try results.end()
    if outcome.verdict == .failed { throw ExitCode(ExitStatus.difference) }
  }

  private static func outcome(_ recordings: [CanonicalRecording]) throws -> CheckOutcome {
    do throws(GoldenError) {
      return CheckOutcome(
        try GoldenComparison(expected: recordings[0], actual: recordings[1]), path: recordings[1].path,
        golden: recordings[0].path)
    } catch {
      throw CommandFailure("\(error)", hint: error.hint)
    }
  }

  private func report(_ outcome: CheckOutcome, _ form: CheckRun.Form) throws {
    let console = Console.standard
    switch form {
    case .text(let options):
      console.write(outcome.report?.text(options) ?? Array(sameText(outcome).utf8))
    case .json: console.write((outcome.report?.jsonLines ?? []) + outcome.jsonLine)
    case .tap:
      console.write(Array("TAP version 14\n".utf8) + outcome.tapLines(number: 1) + Array("1..1\n".utf8))
    }
    guard let junit else { return }
    var report = JUnitReport()
    report.add(outcome)
    do throws(GoldenError) {
      try WholeFile.replace(junit, with: report.bytes)
    } catch {
      throw CommandFailure("\(error)", hint: error.hint)
    }
  }

  private func sameText(_ outcome: CheckOutcome) -> String {
    let exchanges = HumaneUnits.plural(UInt64(outcome.exchangeCount ?? 0), "exchange")
    return TerminalText.escaped("\(second): as '\(first)', by \(exchanges)") + "\n"
  }
}
