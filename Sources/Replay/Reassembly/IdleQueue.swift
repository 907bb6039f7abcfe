import SessionEvents

/// Finds datagram sessions that fell silent, at constant cost a packet.
///
/// Each session stands in the queue once, by the time at which it was last looked at; one that spoke since then goes
/// to the back again when its turn comes.
struct IdleQueue {
  private var entries: [(flow: Flow, lastActive: Timestamp)] = []
  private var head = 0

  mutating func append(_ flow: Flow, lastActive: Timestamp) {
    entries.append((flow, lastActive))
  }

  /// The next session whose last datagram is more than `nanoseconds` old; it leaves the queue.
  mutating func nextIdle(now: Timestamp, after nanoseconds: Int64) -> Flow? {
    while head < entries.count {
      let (flow, lastActive) = entries[head]
      guard now.nanoseconds(since: lastActive) > nanoseconds else { return nil }
      head += 1
      compact()
      if flow.isClosed { continue }
      if now.nanoseconds(since: flow.lastStamp.time) > nanoseconds { return flow }
      append(flow, lastActive: flow.lastStamp.time)
    }
    return nil
  }

  private mutating func compact() {
    guard head > 1_024, head > entries.count / 2 else { return }
    entries.removeFirst(head)
    head = 0
  }
}
