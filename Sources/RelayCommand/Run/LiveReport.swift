import CommandSupport
import ContentCoding
import Inspection
import Replay
import SessionEvents
import Synchronization

/// Prints exchanges as they happen, through the code that `replay show` reads recordings with.
final class LiveReport: SessionSink {
  private struct State: ~Copyable {
    var inspector: Inspector
    var report: ShowReport
  }

  private let state: Mutex<State>

  init(options: ShowOptions) {
    state = Mutex(
      State(
        inspector: Inspector(services: ContentServices.system.withoutBodyDigests),
        report: ShowReport(options: options)))
  }

  /// Takes an event that is not recorded.
  func receive(_ event: SessionEvent) {
    receive(event, packet: nil)
  }

  /// `packet` is where the recording has the event.
  @Sendable func receive(_ event: SessionEvent, packet: UInt64?) {
    let text = state.withLock { state in
      var text: [UInt8] = []
      // The two are taken apart, for the report is changed while the inspector is.
      var report = state.report
      state.inspector.receive(event, packet: packet) { report.receive($0, into: &text) }
      state.report = report
      return text
    }
    if !text.isEmpty { StandardError.write(String(decoding: text, as: UTF8.self)) }
  }
}
