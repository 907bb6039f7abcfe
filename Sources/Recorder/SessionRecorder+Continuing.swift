import CaptureFile
import Packets
import SessionEvents

/// Handing open sessions from one recording to the next.
extension SessionRecorder {
  /// Takes the open sessions out, in order of opening; `name` is this recording's file name.
  mutating func takeSessions(from name: String) -> [RecordedSession] {
    let taken = sessions.values.sorted { $0.id < $1.id }
    sessions = [:]
    for session in taken {
      if case .shown = session.phase { session.recordedIn = name }
    }
    return taken
  }

  /// Says of a session that was taken out that it goes on in the recording of this file name.
  ///
  /// Nothing is said of one that is held back: it begins there.
  mutating func leave(
    _ session: RecordedSession, for name: String, forward: Forward
  ) throws(RecorderError) {
    guard case .shown = session.phase else { return }
    var closing = SessionClosing(.open)
    closing.continuedIn = name
    try line(session, lastTime, .closed(closing, session.totals))
    forward(session.event(lastTime, .closed(closing)), nil)
  }

  /// Goes on with a session that another recording had, or none.
  ///
  /// The session is in the table also when this throws. Its sequence numbers go on where they were, so that the
  /// captures can be merged, and a FIN that was sent before is sent again.
  mutating func take(
    _ session: RecordedSession, at time: Timestamp, forward: Forward
  ) throws(RecorderError) {
    sessions[session.id] = session
    guard case .shown = session.phase else { return }
    sessionCount += 1
    session.restart(at: time)
    try line(session, time, session.openedLine)
    forward(session.event(time, .opened(session.opening)), nil)
    for kind in session.facts.kinds { try tell(session, kind, time, forward) }
    for direction in Direction.allCases where session[direction].missing > 0 {
      try tell(session, .gap(direction, byteCount: session[direction].missing), time, forward)
    }
    for direction in Direction.allCases where session[direction].isClosed {
      switch session.opening.transport {
      case .tcp: try repeatEnd(session, time, direction, forward)
      case .udp: try tell(session, .halfClosed(direction), time, forward)
      }
    }
  }

  private mutating func tell(
    _ session: RecordedSession, _ kind: SessionEvent.Kind, _ time: Timestamp, _ forward: Forward
  ) throws(RecorderError) {
    let content: SidecarLine.Content
    switch kind {
    case .clientHello(let bytes): content = .clientHello(bytes)
    case .secured(let party, let facts): content = .secured(party, facts)
    case .bypassed(let reason): content = .bypassed(reason)
    case .gap(let direction, let byteCount): content = .gap(direction, byteCount: byteCount)
    case .halfClosed(let direction): content = .halfClosed(direction)
    case .opened, .bytes, .datagram, .conflict, .closed:
      preconditionFailure("no fact of a session that goes on")
    }
    try line(session, time, content)
    forward(session.event(time, kind), nil)
  }

  private mutating func repeatEnd(
    _ session: RecordedSession, _ time: Timestamp, _ direction: Direction, _ forward: Forward
  ) throws(RecorderError) {
    session[direction].nextSequence &-= 1
    session[direction].isClosed = false
    try writeEnd(session, time, direction, forward)
  }
}

extension RecordedSession {
  /// The line that opens the session, once it is shown.
  var openedLine: SidecarLine.Content {
    let own = ShownEndpoints(client: opening.client, server: opening.originalDestination)
    guard case .shown(let shown) = phase, shown != own else { return .opened(opening, shown: nil) }
    return .opened(opening, shown: shown)
  }

  /// Whether a session that is held back has its place in the capture now, which it gets; a client hello does not
  /// tell.
  func isShown(
    by event: SessionEvent, _ hellos: [Hello], _ portMap: PortMap, _ memory: RecorderMemory
  ) -> Bool {
    if case .clientHello(let bytes) = event.kind {
      phase = .held(hellos + [Hello(time: event.time, bytes: bytes)])
      facts.remember(event.kind, memory)
      return false
    }
    var wanted = ShownEndpoints(client: opening.client, server: opening.originalDestination)
    if case .secured(_, let facts) = event.kind {
      wanted.server.port = portMap.plaintextPort(for: wanted.server.port, facts)
    }
    phase = .shown(memory.shownSessions.claim(wanted, opening.transport))
    return true
  }

  /// Takes note of an event that is not recorded.
  func pass(_ kind: SessionEvent.Kind, _ memory: RecorderMemory) {
    switch kind {
    case .bytes(let direction, let bytes), .datagram(let direction, let bytes):
      self[direction].skip(UInt64(bytes.count))
    case .gap(let direction, let byteCount):
      self[direction].skip(byteCount)
    case .halfClosed(let direction):
      guard !self[direction].isClosed else { return }
      self[direction].isClosed = true
      self[direction].nextSequence &+= 1
    case .clientHello, .secured, .bypassed:
      facts.remember(kind, memory)
    case .opened, .conflict, .closed:
      break
    }
  }

  /// Gives the session's endpoints to others.
  func release(_ memory: RecorderMemory) {
    if case .shown(let shown) = phase { memory.shownSessions.release(shown, opening.transport) }
  }
}
