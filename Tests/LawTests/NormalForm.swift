import Recorder
import SessionEvents

/// What a recording must preserve of one session, in a form in which two tellings of the same can be compared.
struct SessionStory: Hashable {
  struct Step: Hashable {
    var time: Timestamp?
    var kind: SessionEvent.Kind
  }

  var steps: [Step] = []
}

/// Puts events into normal form, by session.
///
///
/// - neighbouring bytes of one direction are one step, at the time of the first; neighbouring gaps too; empty
///   bytes and gaps are none;
/// - a direction ends once, and before an orderly close both have: a capture shows it so.
func normalForm(_ events: [SessionEvent]) -> [SessionID: SessionStory] {
  var stories: [SessionID: SessionStory] = [:]
  for event in events {
    var story = stories[event.session, default: SessionStory()]
    if case .closed(let closing) = event.kind, closing.end == .fin, story.isStream {
      story.append(event.time, .halfClosed(.clientToServer))
      story.append(event.time, .halfClosed(.serverToClient))
    }
    story.append(event.time, event.kind)
    stories[event.session] = story
  }
  return stories
}

extension SessionStory {
  var opening: SessionOpening? {
    for step in steps {
      if case .opened(let opening) = step.kind { return opening }
    }
    return nil
  }

  fileprivate var isStream: Bool { opening?.transport == .tcp }

  fileprivate mutating func append(_ time: Timestamp?, _ kind: SessionEvent.Kind) {
    switch (steps.last?.kind, kind) {
    case (_, .bytes(_, let bytes)) where bytes.isEmpty: return
    case (_, .gap(_, let count)) where count == 0: return
    case (_, .halfClosed) where steps.contains { $0.kind == kind }: return
    case (.bytes(let direction, let earlier), .bytes(let other, let bytes)) where direction == other:
      steps[steps.count - 1].kind = .bytes(direction, earlier + bytes)
    case (.gap(let direction, let earlier), .gap(let other, let count)) where direction == other:
      steps[steps.count - 1].kind = .gap(direction, byteCount: earlier + count)
    default:
      steps.append(Step(time: time, kind: kind))
    }
  }
}

/// Takes from sessions what packets cannot carry, and names them by their clients.
///
///
/// - the session's number (packets only show an order), the process, the way of interception, hello, TLS facts,
///   bypass; the original port where decrypted sessions are written on another;
/// - why a session ended, when nothing was sent at its end (`open`), and when a gap began; a session of which both
///   directions have ended is over;
/// - of datagram sessions all but the datagrams: they open with the first and end with the last;
/// - how the two directions interleave around a gap, which shows only once it is acknowledged: such a session is told
///   one direction after the other.
func withoutSidecarFacts(_ stories: [SessionID: SessionStory]) -> [Endpoint: SessionStory] {
  var result: [Endpoint: SessionStory] = [:]
  for story in stories.values {
    guard let opening = story.opening else { continue }
    let plain = opening.transport == .tcp ? plainStream(story) : plainDatagrams(story)
    if let plain { result[opening.client] = plain }
  }
  return result
}

private func plainStream(_ story: SessionStory) -> SessionStory {
  var plain = SessionStory()
  for step in story.steps {
    switch step.kind {
    case .opened(let opening): plain.append(step.time, .opened(plainOpening(opening, story)))
    case .clientHello, .secured, .bypassed: break
    case .bytes, .halfClosed: plain.append(step.time, step.kind)
    case .gap, .conflict: plain.append(nil, step.kind)
    case .closed(let closing): plain.steps.append(plainClosing(closing, step.time, after: plain))
    case .datagram: break
    }
  }
  let hasGap = plain.steps.contains { step in
    if case .gap = step.kind { return true }
    return false
  }
  return hasGap ? oneDirectionAfterTheOther(plain) : plain
}

private func plainClosing(
  _ closing: SessionClosing, _ time: Timestamp?, after story: SessionStory
) -> SessionStory.Step {
  let ends = story.steps.filter { step in
    if case .halfClosed = step.kind { return true }
    return false
  }
  if ends.count == 2 { return SessionStory.Step(time: ends[1].time, kind: .closed(SessionClosing(.fin))) }
  let isSilent = closing.end == .idle || closing.end == .open
  return SessionStory.Step(
    time: isSilent ? nil : time, kind: .closed(SessionClosing(isSilent ? .open : closing.end)))
}

private func oneDirectionAfterTheOther(_ story: SessionStory) -> SessionStory {
  var sorted = SessionStory()
  for wanted in [nil, Direction.clientToServer, .serverToClient] {
    for step in story.steps where direction(of: step.kind) == wanted { sorted.append(step.time, step.kind) }
  }
  return sorted
}

private func direction(of kind: SessionEvent.Kind) -> Direction? {
  switch kind {
  case .bytes(let direction, _), .datagram(let direction, _), .gap(let direction, _),
    .conflict(let direction, _, _), .halfClosed(let direction):
    direction
  case .opened, .clientHello, .secured, .bypassed, .closed: nil
  }
}

/// The port is mapped if the first thing known of the session is that it is decrypted.
private func plainOpening(_ opening: SessionOpening, _ story: SessionStory) -> SessionOpening {
  var server = opening.originalDestination
  for step in story.steps {
    switch step.kind {
    case .opened, .clientHello: continue
    case .secured(_, let facts): server.port = PortMap.standard.plaintextPort(for: server.port, facts)
    default: break
    }
    break
  }
  return SessionOpening(
    transport: opening.transport, client: opening.client, originalDestination: server, interception: .capture)
}

private func plainDatagrams(_ story: SessionStory) -> SessionStory? {
  let datagrams = story.steps.filter { step in
    if case .datagram = step.kind { return true }
    return false
  }
  guard let first = datagrams.first, let opening = story.opening else { return nil }
  var plain = SessionStory()
  plain.append(first.time, .opened(plainOpening(opening, story)))
  plain.steps += datagrams
  plain.append(nil, .closed(SessionClosing(.idle)))
  return plain
}
