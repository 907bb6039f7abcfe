import ArgumentParser
import Replay

/// What to read and what of it to tell, the same for every subcommand that tells of exchanges.
struct InputOptions: ParsableArguments {
  @OptionGroup var captures: CaptureArguments

  @Flag(name: .long, help: "Ignore sidecars, and tell only what the packets tell.")
  var noSidecar = false

  @OptionGroup(title: "FILTERS") var selected: SelectionOptions

  var file: [String] { captures.file }

  /// Reads every input through `pass`, `jobs` of them at a time, or all in turn on the caller's thread.
  ///
  /// `readings` is how often a pass reads its input, for the progress bar. What a pass writes comes out in the order of
  /// the inputs, and behind it what there is to say of its input. The caller writes what else there is to write, and
  /// calls `end()` of the results.
  func run<Result: Sendable>(
    jobs: Int = 1, readings: Int = 1, _ pass: @escaping InputRun<Result>.Pass
  ) -> InputResults<Result> {
    let settings = InputSettings(
      usesSidecar: !noSidecar, criteria: selected.criteria, jobs: jobs, readings: readings)
    return InputRun(InputList(file), settings, pass).run()
  }
}
