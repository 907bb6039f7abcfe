import NIOCore

/// What waits for a time-out, in order: cheaper than a scheduled task for each of many thousand queries.
///
/// Since nearly all are answered long before, an entry is not taken out then; it is skipped once it is first.
struct TimeoutQueue<Item> {
  struct Entry {
    var deadline: NIODeadline
    var item: Item
  }

  private var entries = CircularBuffer<Entry>()

  /// Deadlines are taken to come in order; one that comes late delays those behind it.
  mutating func append(_ item: Item, deadline: NIODeadline) {
    entries.append(Entry(deadline: deadline, item: item))
  }

  /// Takes out the first entry that is due, those that are no longer `isWaitedFor` aside.
  mutating func popDue(at now: NIODeadline, isWaitedFor: (Item) -> Bool) -> Item? {
    while let entry = entries.first {
      let isStale = !isWaitedFor(entry.item)
      guard isStale || entry.deadline <= now else { return nil }
      entries.removeFirst()
      if !isStale { return entry.item }
    }
    return nil
  }

  /// When the first entry is due that is still in the queue.
  var nextDeadline: NIODeadline? { entries.first?.deadline }
}
