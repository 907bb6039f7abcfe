import Recorder
import Replay
import SessionEvents

/// Puts events into normal form, by session.
func normalForm(_ events: [SessionEvent]) -> [SessionID: SessionStory] {
  SessionStory.normalForm(events)
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
  return hasGap ? plain.byDirection : plain
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
