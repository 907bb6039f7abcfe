import ArgumentParser
import CaptureFile
import CommandSupport
import Replay

/// What to read, the same for every subcommand.
struct InputOptions: ParsableArguments {
  @Argument(help: "The capture to read; '-' is standard input.", completion: .file())
  var file: String

  @Flag(name: .long, help: "Ignore the sidecar, and tell only what the packets tell.")
  var noSidecar = false

  @OptionGroup var selected: SelectionOptions

  var replayer: RecordingReplayer {
    RecordingReplayer(path: file, usesSidecar: !noSidecar)
  }

  /// Whether output should come at once, because input may come slowly.
  var isStream: Bool { file == "-" }

  /// Runs one pass over the input; says on standard error what there is to say of it, after the output is out.
  ///
  /// The pass asks the selection what to report.
  /// - Throws: The failure that ends the command, also where the input is damaged.
  func run(
    _ output: ReportOutput,
    _ pass: (RecordingReplayer, inout Selection) throws(ReplayError) -> [ReplayNote]
  ) throws {
    var selection = Selection(selected.criteria)
    let notes: [ReplayNote]
    do throws(ReplayError) {
      notes = try pass(replayer, &selection)
    } catch {
      output.flush()
      throw CommandFailure(error.description, hint: hint(for: error) ?? error.hint)
    }
    output.flush()
    for remark in selection.matches.remarks { Diagnostics(tool: "replay").note(remark) }
    try tell(notes)
  }

  private func hint(for error: ReplayError) -> String? {
    guard case .capture(let error) = error else { return nil }
    switch error {
    case .system: return "check the path and its permissions"
    case .isDirectory: return "name a capture file in it"
    case .empty, .truncatedHeader: return "was the recording stopped before its first packet was written?"
    case .notACapture: return "'replay' reads pcap and pcapng files, such as 'relay' and tcpdump write"
    case .notASidecar, .sidecarVersion, .sidecarLine: return "read the packets alone with --no-sidecar"
    default: return nil
    }
  }

  private func tell(_ notes: [ReplayNote]) throws {
    let diagnostics = Diagnostics(tool: "replay")
    for note in notes where !note.isDamage { diagnostics.note("\(note)") }
    let damage = notes.filter(\.isDamage)
    guard let last = damage.last else { return }
    for note in damage.dropLast() { diagnostics.error("\(note)") }
    throw CommandFailure("\(last)", hint: last.hint)
  }
}

extension ReplayNote {
  /// What to make of damage.
  fileprivate var hint: String? {
    switch kind {
    case .captureCut: "everything before that was read"
    case .sidecarCut: "what the sidecar lacks was taken from the packets; --no-sidecar ignores it altogether"
    case .recordingUnfinished: "everything up to that moment was read"
    case .recordingLost: "what was recorded before that was read"
    case .packetsSkipped, .bytesAfterClose, .conflictingOverlap, .bytesBeyondEnd, .pendingLimit,
      .sessionLimit:
      nil
    }
  }
}
