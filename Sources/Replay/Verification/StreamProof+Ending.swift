import CaptureFile
import SessionEvents

/// What can be said once all packets are there.
extension StreamProof {
  /// What of the stream differs; `totals` is what was recorded of it, nil where the sidecar does not say.
  func differences(from totals: StreamTotals?) -> [Difference] {
    var differences = holes.map { Difference(.missing($0.range), party: party, packet: $0.packet) }
    differences += skipped.map {
      Difference(.packetsMissing(UInt64($0.count)), party: party, packet: $0.packet)
    }
    guard let totals else { return differences + damaged { .bytes($0) } }
    let whole = pieces.reduce(into: CRC32C()) { $0.add($1.crc) }
    // A FIN takes a place in the sequence too: what is missing may be nothing more.
    if let last = holes.last, last.range.upperBound == position, !hasEnded,
      whole.byteCount == totals.byteCount
    {
      differences.removeAll { $0.kind == .missing(last.range) }
    }
    let missing = holes.reduce(0) { $0 &+ ($1.range.upperBound - $1.range.lowerBound) }
    if whole.byteCount &+ missing != totals.byteCount, whole.byteCount != totals.byteCount,
      expected != nil || skipped.isEmpty
    {
      let counts = Difference.Kind.byteCount(found: whole.byteCount, recorded: totals.byteCount)
      differences.append(Difference(counts, party: party))
    }
    guard !isTorn, whole.byteCount == totals.byteCount, differences.isEmpty else {
      return differences + damaged { .bytes($0) }
    }
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
