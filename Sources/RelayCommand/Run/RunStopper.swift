import CommandSupport
import Glibc
import Recorder
import Sandbox
import Synchronization

/// Ends the command when its recording fails, if that is the policy: better no run than one that is not recorded.
final class RunStopper: Sendable {
  private struct State {
    var hasFailed = false
    var sandbox: RunningSandbox?
  }

  private let policy: RecordFailurePolicy
  private let diagnostics: Diagnostics
  private let state = Mutex(State())

  init(policy: RecordFailurePolicy, diagnostics: Diagnostics) {
    self.policy = policy
    self.diagnostics = diagnostics
  }

  /// Whether the command was ended because of a failure.
  var hasStopped: Bool {
    policy == .stop && state.withLock { $0.hasFailed }
  }

  /// The sandbox to end; at once, where the recording has failed already.
  func watch(_ sandbox: RunningSandbox) {
    let hasFailed = state.withLock { state in
      state.sandbox = sandbox
      return state.hasFailed
    }
    if hasFailed { stop(sandbox) }
  }

  /// Says so once, and acts on the policy.
  @Sendable func recordingFailed(_ error: RecorderError) {
    let sandbox = state.withLock { state in
      state.hasFailed = true
      return state.sandbox
    }
    switch policy {
    case .stop:
      diagnostics.error("the recording ends here: \(error)", hint: error.hint)
      if let sandbox { stop(sandbox) }
    case .continue:
      diagnostics.error("the recording ends here, and the command goes on: \(error)", hint: error.hint)
    }
  }

  private func stop(_ sandbox: RunningSandbox) {
    sandbox.terminateRemaining(graceMilliseconds: 2_000)
  }
}
