/// The sessions that packets may belong to, each under its key.
///
/// It is an open-addressed hash table with linear probing. A dictionary would hash every packet's key with SipHash, which
/// costs as much as all else that reassembly does for a small packet, and would keep a second copy of each key. Hostile
/// captures gain nothing, since the seed is drawn anew for each table.
struct FlowTable {
  private struct Slot {
    var hash: UInt64 = 0
    var flow: Flow?
  }

  /// A power of two; at least a quarter is free.
  private var slots = [Slot](repeating: Slot(), count: 64)
  private(set) var count = 0
  private let seed = UInt64.random(in: .min ... .max)

  /// All of them, in no order.
  var all: [Flow] { slots.compactMap(\.flow) }

  subscript(key: FlowKey) -> Flow? {
    slots[place(of: key, key.hash(seed: seed))].flow
  }

  /// Puts the flow in, in place of another with the same key.
  mutating func insert(_ flow: Flow) {
    if (count + 1) * 4 > slots.count * 3 { grow() }
    let hash = flow.key.hash(seed: seed)
    let place = place(of: flow.key, hash)
    if slots[place].flow == nil { count += 1 }
    slots[place] = Slot(hash: hash, flow: flow)
  }

  /// Takes the flow out; does nothing where another, or none, has its key.
  mutating func remove(_ flow: Flow) {
    let place = place(of: flow.key, flow.key.hash(seed: seed))
    if slots[place].flow === flow { remove(at: place) }
  }

  mutating func removeAll() {
    self = FlowTable()
  }

  // MARK: Slots

  private var mask: Int { slots.count - 1 }

  /// Where a key is, or where it would be put.
  private func place(of key: FlowKey, _ hash: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].flow != nil {
      if slots[place].hash == hash, slots[place].flow?.key == key { break }
      place = (place + 1) & mask
    }
    return place
  }

  private mutating func remove(at place: Int) {
    count -= 1
    var hole = place
    var next = (hole + 1) & mask
    while slots[next].flow != nil {
      // What lies behind the hole moves into it, unless its search begins only behind the hole.
      let home = Int(truncatingIfNeeded: slots[next].hash) & mask
      if (next - home) & mask >= (next - hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    slots[hole] = Slot()
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    for slot in old where slot.flow != nil {
      var place = Int(truncatingIfNeeded: slot.hash) & mask
      while slots[place].flow != nil { place = (place + 1) & mask }
      slots[place] = slot
    }
  }
}
