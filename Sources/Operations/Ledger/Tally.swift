/// A count for each of a fixed set of things.
///
/// The set is an enum's, so that no peer can make it grow.
package struct Tally<Key: Hashable & CaseIterable & Sendable>: Hashable, Sendable {
  private var counts: [Key: UInt64] = [:]

  package init() {}

  package subscript(key: Key) -> UInt64 {
    get { counts[key, default: 0] }
    set { counts[key] = newValue }
  }

  package var total: UInt64 { counts.values.reduce(0, &+) }

  mutating func add(_ other: Tally) {
    for (key, count) in other.counts { counts[key, default: 0] += count }
  }
}
