import Dispatch
import SessionEvents
import Synchronization

/// Keeps all events, and lets a test wait for sessions to close.
final class EventLog: SessionSink {
  private let events = Mutex<[SessionEvent]>([])
  private let closings = DispatchSemaphore(value: 0)

  func receive(_ event: SessionEvent) {
    events.withLock { $0.append(event) }
    if case .closed = event.kind { closings.signal() }
  }

  /// The events' kinds, neighbouring bytes of one direction joined, once one more session has closed; nil after ten seconds.
  func afterClosing() -> [SessionEvent.Kind]? {
    guard closings.wait(timeout: .now() + 10) == .success else { return nil }
    return joined(events.withLock { $0.map(\.kind) })
  }

  var indices: [UInt64] { events.withLock { $0.map(\.index) } }

  /// The kinds of each session's events.
  var sessions: [SessionID: [SessionEvent.Kind]] {
    events.withLock { Dictionary(grouping: $0, by: \.session).mapValues { $0.map(\.kind) } }
  }

  private func joined(_ kinds: [SessionEvent.Kind]) -> [SessionEvent.Kind] {
    kinds.reduce(into: []) { result, kind in
      if case .bytes(let direction, let more) = kind, case .bytes(direction, let bytes) = result.last {
        result[result.count - 1] = .bytes(direction, bytes + more)
      } else {
        result.append(kind)
      }
    }
  }
}
