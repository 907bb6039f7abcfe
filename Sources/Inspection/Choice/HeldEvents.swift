import SessionEvents

/// What a session said while its protocol is undecided, in order.
struct HeldEvents {
  enum Item {
    case bytes(Direction, Sighting, [UInt8])
    case gap(Direction, Sighting, UInt64)
    case halfClosed(Direction)
  }

  /// What is counted for keeping a run of bytes, or anything else, besides the bytes themselves.
  private static let itemCost = 64

  private(set) var items: [Item] = []
  /// Bytes, and what it costs to keep them.
  private(set) var cost = 0
  /// Of the last bytes that were admitted.
  private var run: (direction: Direction, sighting: Sighting)?

  var isEmpty: Bool { items.isEmpty && cost == 0 }

  /// Counts so many bytes, as far as the limit allows; returns how many of them may be appended.
  ///
  /// Bytes that were seen together cost the same however they are split.
  mutating func admit(_ byteCount: Int, _ direction: Direction, _ sighting: Sighting, limit: Int) -> Int {
    if run?.direction != direction || run?.sighting != sighting { cost += HeldEvents.itemCost }
    run = (direction, sighting)
    let count = min(max(0, limit - cost), byteCount)
    cost += count
    return count
  }

  /// Keeps bytes that were admitted.
  mutating func append(_ bytes: ArraySlice<UInt8>, _ direction: Direction, _ sighting: Sighting) {
    guard !bytes.isEmpty else { return }
    if case .bytes(direction, sighting, var run) = items.last {
      items.removeLast()
      run += bytes
      items.append(.bytes(direction, sighting, run))
    } else {
      items.append(.bytes(direction, sighting, Array(bytes)))
    }
  }

  /// Keeps something else.
  mutating func append(_ item: Item) {
    run = nil
    cost += HeldEvents.itemCost
    items.append(item)
  }
}
