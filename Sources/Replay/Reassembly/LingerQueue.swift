import SessionEvents

/// Connections that were reset, in order: what was under way may still come.
struct LingerQueue {
  private var entries: [(flow: Flow, reset: Timestamp)] = []
  private var head = 0

  var count: Int { entries.count - head }

  mutating func append(_ flow: Flow, reset: Timestamp) {
    entries.append((flow, reset))
  }

  /// Takes out the first, if it was reset more than `nanoseconds` ago, or if there are more than `limit`.
  mutating func next(now: Timestamp, after nanoseconds: Int64, limit: Int) -> Flow? {
    guard head < entries.count else { return nil }
    let (flow, reset) = entries[head]
    guard count > limit || now.nanoseconds(since: reset) > nanoseconds else { return nil }
    head += 1
    if head > 1_024, head > entries.count / 2 {
      entries.removeFirst(head)
      head = 0
    }
    return flow
  }
}
