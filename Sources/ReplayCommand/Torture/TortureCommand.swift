import ArgumentParser
import CommandSupport
import ContentCoding
import Glibc
import Replay

struct TortureCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "torture",
    abstract: "Mutate recordings as networks do, and require the same events.",
    discussion: """
      Cuts, joins, reorders, repeats and drops the TCP segments of a recording at random, moves its sequence numbers so that \
      they wrap, cuts packets into fragments, and mixes sessions with each other, all within what a real network may do. \
      Each round the mutated recording must tell the same events and the same exchanges, but for packet numbers and \
      times; and for what was dropped a gap of the right count. When one does not, the mutations are made as few as \
      possible, and the mutated capture is saved beside the recording as NAME.torture-SEED.pcap, with a JSON \
      description. The same seed makes the same mutations. A recording is held in memory, so it may have 262,144 \
      packets and 67.1 MB of payload.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   every round held
      1   something differs
      2   an input could not be read, is damaged or too large, or a file could not
          be saved
      64  the command line makes no sense

    EXAMPLE:
        $ replay torture --seed 7 page.pcap
        page.pcap: held for 100 rounds of seed 7, 1,964 mutations
    """

  @OptionGroup var captures: CaptureArguments

  @Option(
    name: .long,
    help: ArgumentHelp("What the mutations come from. (default: at random)", valueName: "number"))
  var seed: UInt64?

  @Option(name: .long, help: ArgumentHelp("Rounds for each recording. (default: 100)", valueName: "count"))
  var rounds: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "As many rounds as fit into so many seconds, which the recordings share.", valueName: "count"))
  var seconds: Int?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to save what fails; made if it is not there. (default: beside the recording)",
      valueName: "directory"),
    completion: .directory)
  var output: String?

  @Flag(name: .long, help: "Save the mutated capture of the last round, too, if it held.")
  var keep = false

  @Flag(name: .long, help: "Drop nothing, so that no exchange may be another.")
  var noDrops = false

  @Flag(name: .long, help: "Ignore sidecars, and torture only the packets.")
  var noSidecar = false

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @OptionGroup var jobs: JobOptions

  @OptionGroup var style: StyleOptions

  private static let defaultRounds = 100
  private static let most = 1_000_000_000

  func validate() throws {
    guard rounds == nil || seconds == nil else {
      throw ValidationError("--rounds and --seconds are two ways to say when to end; give one")
    }
    if let rounds, !(1...Self.most).contains(rounds) {
      throw ValidationError("--rounds \(rounds) is not between 1 and \(Self.most)")
    }
    if let seconds, !(1...Self.most).contains(seconds) {
      throw ValidationError("--seconds \(seconds) is not between 1 and \(Self.most)")
    }
    guard output != "" else { throw ValidationError("--output wants a directory") }
  }

  func run() throws {
    let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    let inputs = InputList(captures.file)
    let settings = InputSettings(
      usesSidecar: !noSidecar, criteria: SelectionCriteria(), jobs: jobs.count,
      readings: seconds == nil ? (rounds ?? Self.defaultRounds) + 1 : nil)
    let plan = TorturePlan(
      seed: seed, rounds: seconds == nil ? rounds ?? Self.defaultRounds : nil,
      nanoseconds: share(of: inputs), directory: output, keeps: keep, drops: !noDrops)
    let (json, options) = (json, style.options)
    let results = InputRun(inputs, settings) { pass throws(ReplayError) in
      let (outcome, failure) = try plan.torture(pass)
      let report = TortureReport(outcome, path: pass.path)
      pass.write { $0 += json ? report.jsonLine(file: pass.label) : report.text(options) }
      if let failure { throw failure }
      return outcome.failure == nil
    }.run()
    try results.end()
    if results.values.contains(false) { throw ExitCode(ExitStatus.difference) }
  }

  /// How long each recording may take.
  private func share(of inputs: InputList) -> UInt64 {
    let workers = max(1, min(jobs.count, inputs.captureCount))
    let all = UInt64(seconds ?? 0).multipliedReportingOverflow(by: 1_000_000_000).partialValue
    return all / UInt64(max(1, inputs.captureCount)) * UInt64(workers)
  }
}
