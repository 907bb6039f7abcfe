/// A dictionary that holds at most `capacity` values, and forgets the one that was not asked for the longest.
struct LRUCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    var lastUse: UInt64
  }

  let capacity: Int
  private var entries: [Key: Entry] = [:]
  private var clock: UInt64 = 0

  init(capacity: Int) {
    precondition(capacity > 0, "a cache needs room for one value")
    self.capacity = capacity
  }

  var count: Int { entries.count }

  mutating func value(for key: Key) -> Value? {
    clock += 1
    entries[key]?.lastUse = clock
    return entries[key]?.value
  }

  /// Keeps `value`, unless the key has one already; returns the one that is kept.
  mutating func insert(_ value: Value, for key: Key) -> Value {
    if let present = self.value(for: key) { return present }
    replace(value, for: key)
    return value
  }

  /// Keeps `value`, whatever the key had before.
  mutating func replace(_ value: Value, for key: Key) {
    clock += 1
    if entries.count == capacity, entries[key] == nil { removeOldest() }
    entries[key] = Entry(value: value, lastUse: clock)
  }

  /// Looks at every entry: that costs less than what is cached here, and happens only when the cache is full.
  private mutating func removeOldest() {
    guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
    entries[oldest.key] = nil
  }
}
