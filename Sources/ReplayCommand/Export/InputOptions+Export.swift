import CommandSupport
import Glibc
import Inspection
import Replay

extension InputOptions {
  /// Reads every input through `pass`, one after the other on this thread.
  func runInTurn(
    readings: Int = 1, _ pass: @escaping (InputPass) throws(ReplayError) -> Void
  ) -> InputResults<Void> {
    let onThisThread = OnThisThread(pass)
    return run(readings: readings) { input throws(ReplayError) in
      try onThisThread.body(input)
    }
  }

  /// What there is to read, for titles.
  var title: String {
    guard file.count == 1, let only = file.first else { return "\(file.count) captures" }
    return only == "-" ? "standard input" : String(only.split(separator: "/").last ?? "/")
  }
}

/// A closure that is not called by another thread than the one that made it.
private struct OnThisThread: @unchecked Sendable {
  // Sendable: with one job, `InputRun` makes no thread, and calls its pass on the caller's.
  let body: (InputPass) throws(ReplayError) -> Void

  init(_ body: @escaping (InputPass) throws(ReplayError) -> Void) {
    self.body = body
  }
}

extension ExportError {
  /// Ends the process: quietly where the reader of standard output is gone, else with a message; nothing half-written
  /// is left.
  func end() -> Never {
    if !isClosedPipe { Diagnostics(tool: "replay").error(description, hint: hint) }
    PendingFiles.removeAll { exit(isClosedPipe ? ExitStatus.success : ExitStatus.failure) }
  }
}
