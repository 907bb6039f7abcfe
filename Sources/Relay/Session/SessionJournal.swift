internal import SessionEvents

/// Numbers and times the events of one session, and hands them to the sink.
///
/// Confined to the session's event loop.
final class SessionJournal {
  let session: SessionID
  private var nextIndex: UInt64 = 0
  private let sink: any SessionSink
  private var isClosed = false

  init(session: SessionID, sink: any SessionSink) {
    self.session = session
    self.sink = sink
  }

  func record(_ kind: SessionEvent.Kind, at time: Timestamp = .now()) {
    guard !isClosed else { return }
    if case .closed = kind { isClosed = true }
    sink.receive(SessionEvent(session: session, index: nextIndex, time: time, kind: kind))
    nextIndex += 1
  }
}
