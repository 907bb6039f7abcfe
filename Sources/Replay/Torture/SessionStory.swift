public import SessionEvents

/// What a capture must keep of one session, in normal form: a form in which two tellings of the same are equal.
///
/// - Neighbouring bytes of one direction are one step, at the time of the first; neighbouring gaps too; empty bytes and
///   gaps are none.
/// - A direction ends once, and before an orderly close both have: a capture shows it so.
public struct SessionStory: Hashable, Sendable {
  public struct Step: Hashable, Sendable {
    /// Nil where it does not count.
    public var time: Timestamp?
    public var kind: SessionEvent.Kind

    public init(time: Timestamp?, kind: SessionEvent.Kind) {
      self.time = time
      self.kind = kind
    }
  }

  public var steps: [Step] = []

  public init() {}

  /// The stories of all sessions.
  public static func normalForm(_ events: some Sequence<SessionEvent>) -> [SessionID: SessionStory] {
    var stories: [SessionID: SessionStory] = [:]
    for event in events { stories[event.session, default: SessionStory()].receive(event, time: event.time) }
    return stories
  }

  /// Takes the session's next event; without a time, times do not count.
  public mutating func receive(_ event: SessionEvent, time: Timestamp?) {
    if case .closed(let closing) = event.kind, closing.end == .fin, opening?.transport == .tcp {
      append(time, .halfClosed(.clientToServer))
      append(time, .halfClosed(.serverToClient))
    }
    append(time, event.kind)
  }

  /// Adds a step, or joins it to the last.
  public mutating func append(_ time: Timestamp?, _ kind: SessionEvent.Kind) {
    switch (steps.last?.kind, kind) {
    case (_, .bytes(_, let bytes)) where bytes.isEmpty: return
    case (_, .gap(_, let count)) where count == 0: return
    case (_, .halfClosed) where steps.contains { $0.kind == kind }: return
    case (.bytes(let direction, _), .bytes(let other, let bytes)) where direction == other:
      join(direction, bytes)
    case (.gap(let direction, let earlier), .gap(let other, let count)) where direction == other:
      steps[steps.count - 1].kind = .gap(direction, byteCount: earlier + count)
    default:
      steps.append(Step(time: time, kind: kind))
    }
  }

  /// The first opening among the steps.
  public var opening: SessionOpening? {
    for step in steps {
      if case .opened(let opening) = step.kind { return opening }
    }
    return nil
  }

  /// The same, told one direction after the other, behind what belongs to none.
  ///
  /// How the directions interleave around a gap shows only once it is acknowledged.
  public var byDirection: SessionStory {
    var sorted = SessionStory()
    for wanted in [nil, Direction.clientToServer, .serverToClient] {
      for step in steps where step.kind.direction == wanted { sorted.append(step.time, step.kind) }
    }
    return sorted
  }

  private mutating func join(_ direction: Direction, _ bytes: [UInt8]) {
    let last = steps.count - 1
    guard case .bytes(_, var joined) = steps[last].kind else { return }
    // The step lets go of its bytes first, so that they grow in place.
    steps[last].kind = .halfClosed(direction)
    joined += bytes
    steps[last].kind = .bytes(direction, joined)
  }
}

extension SessionEvent.Kind {
  /// The direction that it belongs to.
  var direction: Direction? {
    switch self {
    case .bytes(let direction, _), .datagram(let direction, _), .gap(let direction, _),
      .conflict(let direction, _, _), .halfClosed(let direction):
      direction
    case .opened, .clientHello, .secured, .bypassed, .closed: nil
    }
  }
}
