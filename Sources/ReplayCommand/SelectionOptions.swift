import ArgumentParser
import CommandSupport
import Replay

/// Which sessions to tell of, the same for every subcommand.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only sessions of this process: its name, its executable's last path component, or its number. Repeatable: any of them. If there is none, standard error says so.",
      valueName: "name"))
  var process: [String] = []

  func validate() throws {
    guard !process.contains("") else { throw ValidationError("--process wants a name or a number") }
  }

  var selection: SessionSelection { SessionSelection(processes: process.map(ProcessPattern.init)) }

  /// Says which of them matched nothing: a slip of the pen looks like silence.
  static func tell(_ selection: SessionSelection) {
    let diagnostics = Diagnostics(tool: "replay")
    for pattern in selection.unmatchedProcesses { diagnostics.note("no session is of process '\(pattern)'") }
    if !selection.unmatchedProcesses.isEmpty, !selection.namesProcesses {
      diagnostics.note("no session names its process, which only a sidecar does")
    }
  }
}
