import SessionEvents

/// Cuts the bytes of events in other places, and compares what comes of it: the first law's verifier.
///
/// A piece keeps the time and the packet of the event that it was cut from; datagrams stay whole.
public enum EverySplit {
  /// A way of cutting for which the output was different.
  public struct Difference<Output: Sendable>: Sendable {
    /// `event 3 cut at 17`.
    public var cut: String
    public var expected: Output
    public var found: Output
  }

  /// The first of all cuts whose output differs from that of the events as they are; nil where none does.
  ///
  /// Tried are: every event cut in two at every place, all events cut into single bytes, and `randomRounds` seeded
  /// random cuts of everything.
  public static func firstDifference<Output: Equatable & Sendable>(
    of events: [PacketEvent], randomRounds: Int = 20, seed: UInt64 = 1,
    output: ([PacketEvent]) -> Output
  ) -> Difference<Output>? {
    let expected = output(events)
    func difference(_ cut: String, _ variant: [PacketEvent]) -> Difference<Output>? {
      let found = output(variant)
      return found == expected ? nil : Difference(cut: cut, expected: expected, found: found)
    }
    if let different = difference("single bytes", splitting(events) { Array(1..<max(1, $0)) }) {
      return different
    }
    for (position, event) in events.enumerated() {
      guard case .bytes(_, let bytes) = event.event.kind, bytes.count > 1 else { continue }
      for cut in 1..<bytes.count {
        let variant = splitting(events, only: position) { _ in [cut] }
        if let different = difference("event \(position) cut at \(cut)", variant) { return different }
      }
    }
    var random = SeededRandom(seed: seed)
    for round in 0..<randomRounds {
      let variant = splitting(events) { count in
        (1..<max(1, count)).filter { _ in random.next() % 8 == 0 }
      }
      if let different = difference("random round \(round) of seed \(seed)", variant) { return different }
    }
    return nil
  }

  /// The events, bytes cut at the places that `cuts` gives for a byte count, indices counted anew.
  public static func splitting(
    _ events: [PacketEvent], only chosen: Int? = nil, cuts: (Int) -> [Int]
  ) -> [PacketEvent] {
    var result: [PacketEvent] = []
    var indices: [SessionID: UInt64] = [:]
    func append(_ original: PacketEvent, _ kind: SessionEvent.Kind) {
      var copy = original
      copy.event.kind = kind
      copy.event.index = indices[original.event.session, default: 0]
      indices[original.event.session, default: 0] += 1
      result.append(copy)
    }
    for (position, original) in events.enumerated() {
      guard case .bytes(let direction, let bytes) = original.event.kind, chosen ?? position == position else {
        append(original, original.event.kind)
        continue
      }
      let places = [0] + cuts(bytes.count) + [bytes.count]
      for (start, end) in zip(places, places.dropFirst()) {
        append(original, .bytes(direction, Array(bytes[start..<end])))
      }
    }
    return result
  }
}
