import CaptureFile
import Packets
import SessionEvents

/// One direction of a session, read strictly: every packet in its place, none twice, none missing.
struct StreamProof {
  /// Bytes that follow each other, with a checksum of their own.
  private struct Piece {
    /// Of its first byte in the stream, gaps included.
    var position: UInt64
    var crc = CRC32C()
    /// Set where it is the payload of one packet whose checksum does not hold.
    var damage: Damage?
  }

  private struct Damage {
    var packet: UInt64
    var sum: TransportSum
    var isNetworkIntact: Bool
    /// Nil where it was not kept.
    var payload: [UInt8]?
  }

  private struct Hole {
    var range: Range<UInt64>
    /// The packet that showed it.
    var packet: UInt64
  }

  private struct SkippedPackets {
    var first: UInt16
    var count: UInt16
    var packet: UInt64
  }

  /// Pieces, holes and skips of one stream beyond which they are only counted.
  private static let limit = 256
  /// A sequence number further away from the expected one is taken for damaged.
  private static let reach: Int32 = 1 << 28

  let party: Party
  /// Sequence number of the next byte; nil until a packet tells.
  private(set) var expected: UInt32?
  /// Of the next byte in the stream, gaps included.
  private(set) var position: UInt64 = 0
  private(set) var hasBegun = false
  private(set) var hasEnded = false
  private var pieces: [Piece] = []
  private var holes: [Hole] = []
  private var nextIdentification: UInt16?
  private var skipped: [SkippedPackets] = []
  private var packetCount: UInt64 = 0
  /// Whether the pieces are not the whole stream in order, so that their checksum says nothing.
  private var isTorn = false
  private var hasRepeats = false

  init(of party: Party) {
    self.party = party
  }

  /// Takes a gap that the sidecar tells of.
  mutating func skip(_ byteCount: UInt64) {
    position &+= byteCount
    if let next = expected { expected = next &+ UInt32(truncatingIfNeeded: byteCount) }
  }

  /// Whether a gap of as many bytes would explain a segment's sequence number.
  func gapBefore(_ sequence: UInt32) -> UInt64? {
    guard let expected, Int32(bitPattern: sequence &- expected) > 0 else { return nil }
    return UInt64(sequence &- expected)
  }

  // MARK: Packets

  /// Takes a SYN.
  mutating func begin(at sequence: UInt32, _ packet: RecordedPacket, _ number: UInt64) -> PacketEffect {
    guard !hasBegun else { return again(0..<0, number) }
    _ = step(packet, number)
    hasBegun = true
    guard packet.isIntact else { return PacketEffect(.header, number) }
    expected = sequence &+ 1
    return PacketEffect()
  }

  /// Takes a segment that is no SYN.
  mutating func take(
    _ sequence: UInt32, _ flags: TCPFlags, _ packet: RecordedPacket, _ payload: Span<UInt8>, _ number: UInt64,
    keepsDamaged: Bool
  ) -> PacketEffect {
    if expected == nil { expected = sequence }
    hasBegun = true
    let step = step(packet, number)
    let distance = Int32(bitPattern: sequence &- (expected ?? sequence))
    guard packet.isIntact, distance.magnitude < Self.reach.magnitude else {
      return takeDamaged(flags, packet, payload, number, keepsDamaged: keepsDamaged)
    }
    var effect = PacketEffect()
    if distance > 0 {
      openHole(UInt64(distance), number)
      effect.isUnclear = step == .unknown
      if case .skipped(let count) = step { effect.shift = -Int64(count) }
    } else if distance < 0, !(flags.contains(.fin) && hasEnded && distance == -1) {
      return late(UInt64(-Int64(distance)), packet, payload, number, step)
    } else {
      effect = inPlace(step, number)
      if step == .again || step == .late { return effect }
    }
    if flags.contains(.fin), hasEnded { return again(0..<0, number) }
    append(payload, damage: nil)
    if flags.contains(.fin) { end() }
    return effect
  }

  /// Takes a datagram.
  mutating func take(
    _ packet: RecordedPacket, _ payload: Span<UInt8>, _ number: UInt64, keepsDamaged: Bool
  ) -> PacketEffect {
    hasBegun = true
    let step = step(packet, number)
    var effect = inPlace(step, number)
    switch step {
    case .again: return effect
    case .late: isTorn = true
    case .expected, .unknown, .skipped: break
    }
    let damage = packet.isIntact ? nil : damage(packet, payload, number, keepsDamaged)
    if damage != nil, payload.isEmpty { effect = PacketEffect(.header, number) }
    append(payload, damage: damage)
    return effect
  }

  // MARK: Helpers of packets

  /// Where a packet stands by its identification among those of its direction.
  private enum Step: Hashable {
    case expected
    /// The packet has none.
    case unknown
    case skipped(UInt16)
    case late
    case again
  }

  private mutating func step(_ packet: RecordedPacket, _ number: UInt64) -> Step {
    guard let identification = packet.identification else { return .unknown }
    guard let next = nextIdentification, packet.isIntact else {
      nextIdentification = packet.isIntact ? identification &+ 1 : nextIdentification.map { $0 &+ 1 }
      return .expected
    }
    let distance = identification &- next
    if distance < 0x4000 {
      nextIdentification = identification &+ 1
      return distance == 0 ? .expected : .skipped(distance)
    }
    guard let index = skipped.firstIndex(where: { identification &- $0.first < $0.count }) else {
      return .again
    }
    let skip = skipped.remove(at: index)
    let before = identification &- skip.first
    if before > 0 { skipped.append(SkippedPackets(first: skip.first, count: before, packet: skip.packet)) }
    let behind = skip.count - before - 1
    if behind > 0 {
      skipped.append(SkippedPackets(first: identification &+ 1, count: behind, packet: skip.packet))
    }
    return .late
  }

  /// What a packet says that is where its sequence number belongs.
  private mutating func inPlace(_ step: Step, _ number: UInt64) -> PacketEffect {
    switch step {
    case .expected, .unknown:
      return PacketEffect()
    case .skipped(let count):
      if skipped.count < Self.limit, let next = nextIdentification {
        skipped.append(SkippedPackets(first: next &- 1 &- count, count: count, packet: number))
      }
      var effect = PacketEffect()
      effect.shift = -Int64(count)
      return effect
    case .late:
      return PacketEffect(.outOfOrder, number, shift: 1)
    case .again:
      return again(0..<0, number)
    }
  }

  /// A segment whose sequence number is `distance` bytes back: one that fills a hole, or is there twice.
  private mutating func late(
    _ distance: UInt64, _ packet: RecordedPacket, _ payload: Span<UInt8>, _ number: UInt64, _ step: Step
  ) -> PacketEffect {
    let start = position &- distance
    let range = start..<max(start, start &+ UInt64(payload.count))
    guard !payload.isEmpty else {
      return step == .again ? again(0..<0, number) : PacketEffect(.outOfOrder, number, shift: 1)
    }
    guard
      let index = holes.firstIndex(where: {
        $0.range.contains(range.lowerBound) && range.upperBound <= $0.range.upperBound
      })
    else { return again(range, number) }
    let hole = holes.remove(at: index)
    for rest in [hole.range.lowerBound..<range.lowerBound, range.upperBound..<hole.range.upperBound]
    where !rest.isEmpty {
      holes.append(Hole(range: rest, packet: hole.packet))
    }
    var piece = Piece(position: start)
    piece.crc.add(payload)
    packetCount += 1
    pieces.insert(piece, at: pieces.firstIndex { $0.position > start } ?? pieces.count)
    return PacketEffect(.outOfOrder, number, shift: 1)
  }

  /// A packet whose checksum does not hold is taken to stand in its place, whatever its sequence number says.
  private mutating func takeDamaged(
    _ flags: TCPFlags, _ packet: RecordedPacket, _ payload: Span<UInt8>, _ number: UInt64, keepsDamaged: Bool
  ) -> PacketEffect {
    if !payload.isEmpty { append(payload, damage: damage(packet, payload, number, keepsDamaged)) }
    if flags.contains(.fin), !hasEnded { end() }
    return payload.isEmpty ? PacketEffect(.header, number) : PacketEffect()
  }

  private func damage(
    _ packet: RecordedPacket, _ payload: Span<UInt8>, _ number: UInt64, _ keepsDamaged: Bool
  ) -> Damage {
    Damage(
      packet: number, sum: packet.transportSum, isNetworkIntact: packet.isNetworkIntact,
      payload: keepsDamaged ? payload.copied() : nil)
  }

  private mutating func again(_ range: Range<UInt64>, _ number: UInt64) -> PacketEffect {
    hasRepeats = true
    return PacketEffect(.repeated(range), number, shift: 1)
  }

  private mutating func openHole(_ byteCount: UInt64, _ number: UInt64) {
    let range = position..<position &+ byteCount
    if holes.count < Self.limit { holes.append(Hole(range: range, packet: number)) } else { isTorn = true }
    skip(byteCount)
  }

  private mutating func append(_ payload: Span<UInt8>, damage: Damage?) {
    guard !payload.isEmpty else { return }
    packetCount += 1
    let isApart =
      damage != nil
      || pieces.last.map { $0.damage != nil || holes.last.map { $0.range.upperBound == position } ?? false }
        ?? true
    if isApart {
      if pieces.count < Self.limit {
        pieces.append(Piece(position: position, damage: damage))
      } else {
        isTorn = true
      }
    }
    if !pieces.isEmpty { pieces[pieces.count - 1].crc.add(payload) }
    skip(UInt64(payload.count))
  }

  private mutating func end() {
    hasEnded = true
    if let next = expected { expected = next &+ 1 }
  }

  // MARK: The end

  /// What of the stream differs; `totals` is what was recorded of it, nil where the sidecar does not say.
  func differences(from totals: StreamTotals?) -> [Difference] {
    var differences = holes.map { Difference(.missing($0.range), party: party, packet: $0.packet) }
    differences += skipped.map {
      Difference(.packetsMissing(UInt64($0.count)), party: party, packet: $0.packet)
    }
    guard let totals else { return differences + damaged { .bytes($0) } }
    let whole = pieces.reduce(into: CRC32C()) { $0.add($1.crc) }
    let missing = holes.reduce(0) { $0 &+ ($1.range.upperBound - $1.range.lowerBound) }
    if whole.byteCount &+ missing != totals.byteCount, expected != nil || skipped.isEmpty {
      let counts = Difference.Kind.byteCount(found: whole.byteCount, recorded: totals.byteCount)
      differences.append(Difference(counts, party: party))
    }
    guard !isTorn, whole.byteCount == totals.byteCount else { return differences + damaged { .bytes($0) } }
    if whole.value == totals.crc32c {
      if packetCount != totals.packetCount {
        let counts = Difference.Kind.packetCount(found: packetCount, recorded: totals.packetCount)
        differences.append(Difference(counts, party: party))
      }
      return differences + damaged { _ in .header }
    }
    return differences + changes(found: whole.value, recorded: totals.crc32c)
  }

  var byteCount: UInt64 { pieces.reduce(0) { $0 + $1.crc.byteCount } }

  private func damaged(_ kind: (Range<UInt64>) -> Difference.Kind) -> [Difference] {
    pieces.compactMap { piece in
      piece.damage.map {
        let range = piece.position..<piece.position &+ piece.crc.byteCount
        return Difference(kind(range), party: party, packet: $0.packet)
      }
    }
  }

  private func changes(found: UInt32, recorded: UInt32) -> [Difference] {
    let damaged = damaged { .bytes($0) }
    guard !damaged.isEmpty else {
      return [Difference(.stream(found: found, recorded: recorded), party: party)]
    }
    guard damaged.count == 1, let index = pieces.firstIndex(where: { $0.damage != nil }) else {
      return damaged
    }
    let behind = pieces[(index + 1)...].reduce(0) { $0 + $1.crc.byteCount }
    return Self.changedByte(pieces[index], found ^ recorded, behind).map {
      [Difference($0, party: party, packet: damaged[0].packet)]
    } ?? damaged
  }

  /// The one byte that explains both checksums, the packet's and the stream's; nil where it is not one.
  private static func changedByte(_ piece: Piece, _ difference: UInt32, _ behind: UInt64) -> Difference.Kind?
  {
    guard let damage = piece.damage, let payload = damage.payload, damage.isNetworkIntact else { return nil }
    let candidates = ChangedByte.candidates(difference: difference, count: payload.count, behind: behind)
      .filter { change in
        let byte = payload[change.offset]
        return damage.sum.isRight(with: byte ^ change.bits, insteadOf: byte, at: change.offset)
      }
    guard candidates.count == 1, let change = candidates.first else { return nil }
    let found = payload[change.offset]
    return .byte(
      offset: piece.position &+ UInt64(change.offset), found: found, recorded: found ^ change.bits)
  }
}

/// What one packet does to a proof.
struct PacketEffect {
  /// What differs, if anything.
  var difference: Difference.Kind?
  var packet: UInt64 = 0
  /// By how much packets stand further back from here on than when they were recorded.
  var shift: Int64 = 0
  /// Whether that cannot be told.
  var isUnclear = false

  init() {}

  init(_ difference: Difference.Kind, _ packet: UInt64, shift: Int64 = 0) {
    self.difference = difference
    self.packet = packet
    self.shift = shift
  }
}
