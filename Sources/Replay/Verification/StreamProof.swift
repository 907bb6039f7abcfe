import CaptureFile
import Packets
import SessionEvents

/// One direction of a session, read strictly: every packet in its place, none twice, none missing.
struct StreamProof {
  /// Bytes that follow each other, with a checksum of their own.
  struct Piece {
    /// Of its first byte in the stream, gaps included.
    var position: UInt64
    var crc = CRC32C()
    /// Set where it is the payload of one packet whose checksum does not hold.
    var damage: Damage?
  }

  struct Damage {
    var packet: UInt64
    var sum: TransportSum
    var isNetworkIntact: Bool
    /// Nil where it was not kept.
    var payload: [UInt8]?
  }

  struct Hole {
    var range: Range<UInt64>
    /// The packet that showed it.
    var packet: UInt64
  }

  struct SkippedPackets {
    var first: UInt16
    var count: UInt16
    var packet: UInt64
  }

  /// Pieces, holes and skips of one stream beyond which they are only counted.
  private static let limit = 256
  /// A sequence number further away from the expected one is taken for damaged.
  private static let reach: Int32 = 1 << 28

  /// Packets by which the first that came may have been recorded later.
  private static let earliness: UInt16 = 16

  let party: Party
  /// Sequence number of the next byte; nil until a packet tells.
  private(set) var expected: UInt32?
  /// Of the next byte in the stream, gaps included.
  private(set) var position: UInt64 = 0
  private(set) var hasBegun = false
  private(set) var hasEnded = false
  private(set) var pieces: [Piece] = []
  private(set) var holes: [Hole] = []
  private var firstIdentification: UInt16?
  private var nextIdentification: UInt16?
  private(set) var skipped: [SkippedPackets] = []
  private(set) var packetCount: UInt64 = 0
  /// Whether the pieces are not the whole stream in order, so that their checksum says nothing.
  private(set) var isTorn = false
  /// Up to where the other side acknowledged bytes that had not come.
  private var acknowledged: UInt32?

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

  /// Takes the other side's acknowledgment, which our recorder gives of everything it has written of this stream.
  ///
  /// Returns whether it lacks some of that, so that the packet with it was recorded earlier than it stands.
  mutating func acknowledge(_ acknowledgment: UInt32) -> Bool {
    guard let expected else { return false }
    let distance = Int32(bitPattern: acknowledgment &- expected)
    if distance > 0, distance < Self.reach { acknowledged = acknowledgment }
    return distance < 0 && distance > -Self.reach
  }

  /// Whether a packet whose addresses are in doubt stands where the next one belongs.
  func mayGoOn(with packet: RecordedPacket) -> Bool {
    if let identification = packet.identification, let next = nextIdentification {
      return identification == next
    }
    guard case .tcp(let sequence, _, _) = packet.transport else { return true }
    return sequence == expected
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
      let isNews = !payload.isEmpty || flags.contains(.fin)
      if isNews, effect.difference == nil, wasAcknowledged(sequence) { effect.place(.outOfOrder, number) }
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
    case .late, .early: isTorn = true
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
    /// It was skipped before.
    case late
    /// It belongs before the first that came.
    case early
    case again
  }

  private mutating func step(_ packet: RecordedPacket, _ number: UInt64) -> Step {
    guard let identification = packet.identification else { return .unknown }
    guard let next = nextIdentification, packet.isIntact else {
      if packet.isIntact { firstIdentification = identification }
      nextIdentification = packet.isIntact ? identification &+ 1 : nextIdentification.map { $0 &+ 1 }
      return .expected
    }
    let distance = identification &- next
    if distance < 0x4000 {
      nextIdentification = identification &+ 1
      return distance == 0 ? .expected : .skipped(distance)
    }
    guard let index = skipped.firstIndex(where: { identification &- $0.first < $0.count }) else {
      guard let first = firstIdentification, (1...Self.earliness).contains(first &- identification) else {
        return .again
      }
      firstIdentification = identification
      return .early
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

  /// Whether the other side acknowledged what begins here before it came.
  private mutating func wasAcknowledged(_ sequence: UInt32) -> Bool {
    guard let limit = acknowledged else { return false }
    let isCovered = Int32(bitPattern: limit &- sequence) > 0
    if !isCovered { acknowledged = nil }
    return isCovered
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
    case .early:
      return PacketEffect(.outOfOrder, number)
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
      return step == .again
        ? again(0..<0, number) : PacketEffect(.outOfOrder, number, shift: step == .late ? 1 : 0)
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
}
