/// A dictionary that knows which of its values was touched least recently.
///
/// All operations take constant time; the values' order is a doubly linked list within one array.
struct RecencyTable<Key: Hashable, Value> {
  private struct Slot {
    var key: Key
    var value: Value
    var previous: Int?
    var next: Int?
  }

  private var slots: [Slot?] = []
  private var freeSlots: [Int] = []
  private var places: [Key: Int] = [:]
  private var first: Int?
  private var last: Int?

  var count: Int { places.count }
  var isEmpty: Bool { places.isEmpty }

  /// The value that was touched least recently.
  var oldest: (key: Key, value: Value)? {
    first.flatMap { slots[$0] }.map { ($0.key, $0.value) }
  }

  /// The value, which is now the one touched last.
  mutating func touch(_ key: Key) -> Value? {
    guard let place = places[key], let slot = slots[place] else { return nil }
    if last != place {
      unlink(slot)
      link(place)
    }
    return slot.value
  }

  /// Adds a value, touched last; its key must be new.
  mutating func insert(_ value: Value, for key: Key) {
    precondition(places[key] == nil, "a key is inserted once")
    let slot = Slot(key: key, value: value)
    let place = freeSlots.popLast() ?? slots.endIndex
    if place == slots.endIndex { slots.append(slot) } else { slots[place] = slot }
    places[key] = place
    link(place)
  }

  mutating func remove(_ key: Key) {
    guard let place = places.removeValue(forKey: key), let slot = slots[place] else { return }
    unlink(slot)
    slots[place] = nil
    freeSlots.append(place)
  }

  /// Makes the slot at `place` the last.
  private mutating func link(_ place: Int) {
    slots[place]?.previous = last
    slots[place]?.next = nil
    if let last { slots[last]?.next = place } else { first = place }
    last = place
  }

  private mutating func unlink(_ slot: Slot) {
    if let previous = slot.previous { slots[previous]?.next = slot.next } else { first = slot.next }
    if let next = slot.next { slots[next]?.previous = slot.previous } else { last = slot.previous }
  }
}
