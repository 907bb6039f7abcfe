import ArgumentParser
import Glibc
import Replay

/// What to read, the same for every subcommand.
struct InputOptions: ParsableArguments {
  @Argument(
    help: "Captures to read; a directory stands for the captures below it, '-' for standard input.",
    completion: .file())
  var file: [String]

  @Flag(name: .long, help: "Ignore sidecars, and tell only what the packets tell.")
  var noSidecar = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Captures to read at a time. (default: as many as there are processors)", valueName: "count"))
  var jobs: Int?

  @OptionGroup(title: "FILTERS") var selected: SelectionOptions

  func validate() throws {
    guard file.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input ('-') can be read once only")
    }
    guard !file.contains("") else { throw ValidationError("a file's name is empty") }
    if let jobs, !(1...Self.mostJobs).contains(jobs) {
      throw ValidationError("--jobs \(jobs) is not between 1 and \(Self.mostJobs)")
    }
  }

  private static let mostJobs = 256

  /// Reads every input through `pass`, in parallel where there are several.
  ///
  /// `readings` is how often a pass reads its input, for the progress bar; `inTurn` has the passes called one after the
  /// other, on the caller's thread.
  /// What a pass writes comes out in the order of the inputs, and behind it what there is to say of its input. The caller
  /// writes what else there is to write, and calls `end()` of the results.
  func run<Result: Sendable>(
    readings: Int = 1, inTurn: Bool = false,
    _ pass: @escaping @Sendable (InputPass) throws(ReplayError) -> Result
  ) -> InputResults<Result> {
    let inputs = InputList(file)
    let settings = InputSettings(
      usesSidecar: !noSidecar, criteria: selected.criteria,
      jobs: inTurn ? 1 : min(jobs ?? Self.processorCount, max(1, inputs.captureCount)),
      progress: ReadingProgress())
    let console = Console()
    let total = inputs.byteCount.map { $0.multipliedReportingOverflow(by: UInt64(readings)).partialValue }
    ProgressThread.start(settings.progress, total: total, console)
    return InputRun(inputs, settings, console, pass).run()
  }

  private static var processorCount: Int { max(1, min(mostJobs, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }
}
