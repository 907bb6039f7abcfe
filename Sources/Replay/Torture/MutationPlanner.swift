import SessionEvents

/// Chooses the mutations of a round: the same for the same recording, seed and round.
struct MutationPlanner {
  private let subject: TortureSubject
  private let limits: TortureLimits
  private let streams: [(id: StreamID, stream: WholeStream)]
  /// Packets of any session, to be delayed or fragmented.
  private let packets: [UInt64]
  private var random: RoundRandom
  private var mutations: [Mutation] = []

  init(_ subject: TortureSubject, limits: TortureLimits, seed: UInt64, round: UInt64) {
    self.subject = subject
    self.limits = limits
    streams = subject.sortedStreams
    packets = subject.movablePackets
    random = RoundRandom(seed: seed, round: round)
  }

  /// The mutations, in the order in which they are to be made.
  mutating func plan() -> [Mutation] {
    if !streams.isEmpty {
      if random.once(in: 3) { renumber() }
      if random.once(in: 3) { shred() }
      for _ in 0..<amount() { cut() }
      if random.once(in: 2) { for _ in 0..<amount() { join() } }
      if random.once(in: 2) { for _ in 0..<amount() { sendAgain() } }
      if random.once(in: 4), limits.drops { for _ in 0..<(1 + random.below(4)) { drop() } }
    }
    for _ in 0..<amount() { delay() }
    if random.once(in: 3) { for _ in 0..<amount() { fragment() } }
    return mutations
  }

  /// Few or many, so that failures have room and yet are soon found.
  private mutating func amount() -> Int {
    let most = min(limits.mutationsPerRound / 8, random.once(in: 4) ? 24 : 6)
    return 1 + random.below(most)
  }

  private mutating func add(_ mutation: Mutation) {
    if mutations.count < limits.mutationsPerRound { mutations.append(mutation) }
  }

  private mutating func stream() -> (id: StreamID, stream: WholeStream) {
    streams[random.below(streams.count)]
  }

  // MARK: Kinds

  /// Moves the initial number, often so that numbers wrap within the stream.
  private mutating func renumber() {
    let (id, stream) = stream()
    let count: UInt32
    if random.once(in: 2) {
      let place = UInt32(truncatingIfNeeded: random.below(stream.count + 2))
      count = 0 &- place &- stream.base
    } else {
      count = UInt32(truncatingIfNeeded: random.next())
    }
    add(.renumber(id.session, id.direction, by: count))
  }

  /// Cuts a part of a stream into small pieces of one size, and mixes some of them.
  private mutating func shred() {
    let (id, stream) = stream()
    guard stream.count - stream.freeFrom > 1 else { return }
    let size = Int64(1 + random.below(random.once(in: 2) ? 4 : 600))
    let start = stream.freeFrom + random.below(stream.count - stream.freeFrom)
    var place = start
    for _ in 0..<(limits.mutationsPerRound / 3) where place < stream.count {
      if place > stream.freeFrom { add(.cut(id.session, id.direction, at: place)) }
      if random.once(in: 4) {
        add(.delay(.segment(id.session, id.direction, at: place), by: 1 + random.below(8)))
      }
      place += size
    }
  }

  private mutating func cut() {
    let (id, stream) = stream()
    guard stream.count - stream.freeFrom > 1 else { return }
    let place = stream.freeFrom + 1 + random.below(stream.count - stream.freeFrom - 1)
    add(.cut(id.session, id.direction, at: place))
  }

  private mutating func join() {
    let (id, stream) = stream()
    guard let place = subject.boundary(of: id, stream, &random) else { return }
    add(.join(id.session, id.direction, at: place))
  }

  private mutating func sendAgain() {
    let (id, _) = stream()
    guard let (packet, sent) = subject.sendingPlace(of: id, &random), sent > 0 else { return }
    let length = 1 + random.below(min(sent, random.once(in: 3) ? 20_000 : 300))
    let end = random.once(in: 2) ? sent : length + random.below(sent - length + 1)
    add(.again(id.session, id.direction, (end - length)..<end, after: packet))
  }

  /// What is dropped must show: something behind it was captured.
  private mutating func drop() {
    let (id, stream) = stream()
    guard !subject.telling.dnsSessions.contains(id.session) else { return }
    let limit = stream.hasFIN ? stream.count : stream.count - 1
    guard limit > stream.freeFrom else { return }
    let start = stream.freeFrom + random.below(limit - stream.freeFrom)
    let length = min(limit - start, 1 + random.below(random.once(in: 2) ? Int64(20) : 3_000))
    add(.drop(id.session, id.direction, start..<(start + length)))
  }

  private mutating func target() -> MutationTarget? {
    if !streams.isEmpty, random.once(in: 2) {
      let (id, stream) = stream()
      if stream.count > stream.freeFrom {
        let place = stream.freeFrom + random.below(stream.count - stream.freeFrom)
        return .segment(id.session, id.direction, at: place)
      }
    }
    return packets.isEmpty ? nil : .packet(packets[random.below(packets.count)])
  }

  private mutating func delay() {
    guard let target = target() else { return }
    add(.delay(target, by: 1 + random.below(random.once(in: 4) ? 40 : 5)))
  }

  private mutating func fragment() {
    guard let target = target() else { return }
    let size = 8 * (1 + random.below(random.once(in: 3) ? 4 : 180))
    let order = FragmentOrder.allCases[random.below(FragmentOrder.allCases.count)]
    // No packet of 64 KiB has more fragments than are put together.
    add(.fragment(target, size: max(size, subject.smallestFragment(of: target)), order: order))
  }
}

extension TortureSubject {
  /// Streams with something in them, in an order that does not change.
  fileprivate var sortedStreams: [(id: StreamID, stream: WholeStream)] {
    streams.filter { !$0.value.packets.isEmpty }.map { (id: $0.key, stream: $0.value) }
      .sorted { left, right in
        (left.id.session, left.id.direction == .serverToClient ? 1 : 0)
          < (right.id.session, right.id.direction == .serverToClient ? 1 : 0)
      }
  }

  fileprivate var movablePackets: [UInt64] {
    items.filter { $0.packet > 0 && $0.lane != nil }.map(\.packet)
  }

  /// A place at which one segment ends and another begins.
  fileprivate func boundary(of id: StreamID, _ stream: WholeStream, _ random: inout RoundRandom) -> Int64? {
    let packet = stream.packets[random.below(stream.packets.count)]
    return items.first { $0.packet == packet && $0.streamID == id }?.place?.range.upperBound
  }

  /// A packet of a session behind which its sender may repeat bytes, and up to which place of the stream.
  ///
  /// As long as only that sender speaks, it may also send what it is about to send.
  fileprivate func sendingPlace(
    of id: StreamID, _ random: inout RoundRandom
  ) -> (packet: UInt64, sent: Int64)? {
    guard let packets = streams[id]?.packets, !packets.isEmpty else { return nil }
    let packet = packets[random.below(packets.count)]
    guard let index = items.firstIndex(where: { $0.packet == packet && $0.streamID == id }) else {
      return nil
    }
    let run = items[index].run
    var sent: Int64 = 0
    for item in items[...index] where item.streamID == id {
      sent = max(sent, item.place?.range.upperBound ?? 0)
    }
    for item in items[index...] where item.streamID == id && item.run == run {
      sent = max(sent, item.place?.range.upperBound ?? 0)
    }
    return (packet, sent)
  }

  /// What the fragments of a packet must at least have, so that they are not too many.
  fileprivate func smallestFragment(of target: MutationTarget) -> Int {
    var byteCount = 0
    for item in items {
      switch (target, item.content) {
      case (.packet(let number), .segment(_, let payload)) where number == item.packet,
        (.packet(let number), .datagram(_, _, let payload, _)) where number == item.packet:
        byteCount = max(byteCount, payload.count)
      case (.segment, .segment(_, let payload)): byteCount = max(byteCount, payload.count)
      default: break
      }
    }
    return (byteCount / (limits.fragmentsPerPacket / 2) / 8 + 1) * 8
  }
}
