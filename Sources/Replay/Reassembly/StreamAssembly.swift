import SessionEvents

/// Puts one direction of a TCP connection back in order.
///
/// The first bytes win: what arrives again for a place that already has bytes is dropped. Where both copies are still
/// waiting for a hole to be filled they are compared, and a difference is reported; bytes already handed on are not
/// kept, so they cannot be. A hole becomes a gap once the receiver has acknowledged past it, something that follows it
/// was seen, and it was not filled soon after; when a limit is hit; or when the connection ends.
struct StreamAssembly {
  /// What comes out, in stream order; the stamp is of the packet that carried or proved it.
  enum Output {
    case bytes([UInt8], PacketStamp)
    case gap(UInt64, PacketStamp)
    case end(PacketStamp)
  }

  /// What was odd about a segment.
  struct Oddities: OptionSet {
    let rawValue: UInt8

    /// It carried other bytes for a place that already had some.
    static let conflict = Oddities(rawValue: 1)
    /// A limit made the stream give up a hole that might still have been filled.
    static let limitHit = Oddities(rawValue: 2)
    /// It carried bytes beyond the FIN.
    static let beyondEnd = Oddities(rawValue: 4)
  }

  private struct Piece {
    var offset: Int64
    var bytes: [UInt8]
    var stamp: PacketStamp

    var end: Int64 { offset + Int64(bytes.count) }
  }

  /// What one waiting piece costs beside its bytes.
  private static let pieceOverhead = 96
  /// A reset's sequence number is believed up to this distance, a large window.
  private static let resetReach: Int64 = 1 << 24
  /// Segments that may stand between an acknowledgment and what it acknowledges.
  private static let reordering = 8
  /// An acknowledgment further ahead than this is taken for noise.
  private static let acknowledgmentReach: Int64 = 1 << 30

  /// The sequence number of the stream's first byte; nil until something tells.
  private var base: UInt32?
  /// How many bytes were handed on, gaps included.
  private(set) var next: Int64 = 0
  /// How many of them the sidecar told to be gaps.
  private var skipped: Int64 = 0
  private var acknowledged: Int64 = 0
  private var sent: Int64 = 0
  private var end: (offset: Int64, stamp: PacketStamp)?
  private var pending: [Piece] = []
  /// Bytes held, bookkeeping included.
  private(set) var pendingCost = 0
  private(set) var isEnded = false
  /// Up to where holes are acknowledged, and how many segments ago that showed.
  private var doubt: (limit: Int64, age: Int)?

  var hasBase: Bool { base != nil }
  var hasSeenEnd: Bool { end != nil }

  /// Whether the stream begins at `sequence`, or may.
  func begins(at sequence: UInt32) -> Bool { base == nil || base == sequence }

  /// The next byte has this sequence number, unless the numbers are known already.
  ///
  /// It is the first byte, but where the sidecar told of bytes before: of a session that another recording began.
  mutating func begin(at sequence: UInt32) {
    if base == nil { base = sequence &- UInt32(truncatingIfNeeded: next) }
  }

  /// Takes one segment's payload; `missing` bytes of it, at its end, were not captured.
  mutating func receive(
    at sequence: UInt32, payload: Span<UInt8>, missing: Int, isFinal: Bool, stamp: PacketStamp,
    limits: ReassemblyLimits, output: (Output) -> Void
  ) -> Oddities {
    begin(at: sequence)
    let offset = offset(of: sequence)
    let payloadEnd = offset + Int64(payload.count)
    let segmentEnd = payloadEnd + Int64(missing)
    if segmentEnd > sent { sent = segmentEnd }
    if isFinal, end == nil, segmentEnd >= next { end = (segmentEnd, stamp) }
    var oddities: Oddities = []
    if payload.count > 0 || missing > 0 {
      if offset == next, pending.isEmpty, segmentEnd <= end?.offset ?? .max {
        next = payloadEnd
        if payload.count > 0 { output(.bytes(payload.copied(), stamp)) }
        if missing > 0 { gap(upTo: segmentEnd, stamp: stamp, output) }
      } else {
        oddities = insert(payload, at: offset, stamp: stamp)
        deliverReady(output)
        while pending.count > limits.pendingPiecesPerStream || pendingCost > limits.pendingBytesPerStream {
          oddities.insert(.limitHit)
          giveUpFirstHole(output)
        }
      }
    }
    deliverEnd(output)
    decideHoles(output)
    return oddities
  }

  /// Takes the receiver's acknowledgment, which proves a hole before it lost if something after the hole was seen.
  mutating func acknowledge(_ sequence: UInt32, output: (Output) -> Void) {
    begin(at: sequence)
    let offset = offset(of: sequence)
    if offset > acknowledged, offset - next < Self.acknowledgmentReach { acknowledged = offset }
    decideHoles(output)
  }

  /// The sender's next sequence number, from a segment without payload.
  mutating func sentUp(to sequence: UInt32, isReset: Bool) {
    guard base != nil else { return }
    let offset = offset(of: sequence)
    if isReset, offset - next > Self.resetReach { return }
    if offset > sent, offset - next < Self.acknowledgmentReach { sent = offset }
  }

  /// Gives up the first hole, to make room; false where nothing waits.
  mutating func yieldRoom(_ output: (Output) -> Void) -> Bool {
    guard !pending.isEmpty else { return false }
    giveUpFirstHole(output)
    deliverEnd(output)
    return true
  }

  /// Hands on what still waits, and counts what is known to be missing at the end.
  ///
  /// `recorded` is how many bytes a recording's sidecar says to have been recorded. Without it the packets must tell, by
  /// the FIN, or by what was sent and acknowledged; one sequence number too many without a FIN is then taken for an
  /// unseen FIN, not for a byte.
  mutating func finish(recorded: UInt64?, stamp: PacketStamp, output: (Output) -> Void) {
    while !pending.isEmpty { giveUpFirstHole(output) }
    if let recorded {
      gap(
        upTo: Int64(clamping: recorded.addingReportingOverflow(UInt64(skipped)).partialValue), stamp: stamp,
        output)
    } else if let end {
      gap(upTo: end.offset, stamp: stamp, output)
    } else {
      let reached = max(sent, acknowledged)
      if reached - next != 1 { gap(upTo: reached, stamp: stamp, output) }
    }
    deliverEnd(output)
  }

  /// Passes over the next `byteCount` bytes, which the sidecar told to be missing.
  mutating func skip(_ byteCount: UInt64, output: (Output) -> Void) {
    // Only the sum modulo 2^32 meets the packets; a count beyond any stream's length must not trap.
    let count = Int64(clamping: byteCount)
    guard count < Int64.max - max(next, skipped) else { return }
    skipped += count
    next += count
    deliverReady(output)
  }

  /// Counts a datagram's bytes, which need no order.
  mutating func count(_ byteCount: Int) {
    next += Int64(byteCount)
  }

  /// Whether a segment brings bytes that the stream has not had.
  func isNews(at sequence: UInt32, byteCount: Int) -> Bool {
    guard base != nil else { return byteCount > 0 }
    return byteCount > 0 && offset(of: sequence) + Int64(byteCount) > next
  }

  // MARK: Helpers

  /// Gives up the holes that the receiver acknowledged.
  ///
  /// Captures reorder packets, so that an acknowledgment may stand before what it acknowledges: a few more segments
  /// have to pass first, unless the FIN is acknowledged too, after which few will come.
  private mutating func decideHoles(_ output: (Output) -> Void) {
    guard !pending.isEmpty || end != nil, !isEnded else { return }
    if let end, end.offset <= acknowledged {
      while !pending.isEmpty { giveUpFirstHole(output) }
      gap(upTo: end.offset, stamp: end.stamp, output)
      return deliverEnd(output)
    }
    guard let first = pending.first, first.offset <= acknowledged else {
      doubt = nil
      return
    }
    let (limit, age) = doubt ?? (acknowledged, 0)
    doubt = (limit, age + 1)
    guard age >= Self.reordering else { return }
    doubt = nil
    while let first = pending.first, first.offset <= limit { giveUpFirstHole(output) }
  }

  /// Sequence numbers wrap: the nearest place to the next byte is meant (RFC 9293 §3.4).
  private func offset(of sequence: UInt32) -> Int64 {
    let expected = (base ?? 0) &+ UInt32(truncatingIfNeeded: next)
    return next + Int64(Int32(bitPattern: sequence &- expected))
  }

  private mutating func giveUpFirstHole(_ output: (Output) -> Void) {
    guard let first = pending.first else { return }
    gap(upTo: first.offset, stamp: first.stamp, output)
    deliverReady(output)
  }

  private mutating func gap(upTo offset: Int64, stamp: PacketStamp, _ output: (Output) -> Void) {
    guard offset > next else { return }
    let count = UInt64(offset - next)
    next = offset
    output(.gap(count, stamp))
  }

  private mutating func deliverReady(_ output: (Output) -> Void) {
    var count = 0
    while count < pending.count, pending[count].offset <= next {
      let piece = pending[count]
      count += 1
      pendingCost -= piece.bytes.count + Self.pieceOverhead
      guard piece.end > next else { continue }
      let fresh = piece.offset == next ? piece.bytes : Array(piece.bytes.dropFirst(Int(next - piece.offset)))
      next = piece.end
      output(.bytes(fresh, piece.stamp))
    }
    pending.removeFirst(count)
  }

  private mutating func deliverEnd(_ output: (Output) -> Void) {
    guard let end, !isEnded, next >= end.offset, pending.isEmpty else { return }
    isEnded = true
    output(.end(end.stamp))
  }

  /// Keeps the parts of a payload for which there is nothing yet.
  private mutating func insert(_ payload: Span<UInt8>, at offset: Int64, stamp: PacketStamp) -> Oddities {
    var oddities: Oddities = []
    var cursor = max(offset, next)
    var limit = offset + Int64(payload.count)
    if let end, limit > end.offset {
      oddities.insert(.beyondEnd)
      limit = end.offset
    }
    var index = firstIndex(endingAfter: cursor)
    while cursor < limit {
      guard index < pending.count, pending[index].offset < limit else {
        keep(payload, from: offset, range: cursor..<limit, at: index, stamp: stamp)
        break
      }
      if pending[index].offset > cursor {
        keep(payload, from: offset, range: cursor..<pending[index].offset, at: index, stamp: stamp)
        index += 1
      }
      let shared = max(cursor, pending[index].offset)..<min(limit, pending[index].end)
      if differs(payload, from: offset, piece: pending[index], in: shared) { oddities.insert(.conflict) }
      cursor = max(cursor, pending[index].end)
      index += 1
    }
    return oddities
  }

  private mutating func keep(
    _ payload: Span<UInt8>, from offset: Int64, range: Range<Int64>, at index: Int, stamp: PacketStamp
  ) {
    let part = payload.extracting(Int(range.lowerBound - offset)..<Int(range.upperBound - offset))
    pending.insert(Piece(offset: range.lowerBound, bytes: part.copied(), stamp: stamp), at: index)
    pendingCost += part.count + Self.pieceOverhead
  }

  private func differs(
    _ payload: Span<UInt8>, from offset: Int64, piece: Piece, in range: Range<Int64>
  ) -> Bool {
    for position in range
    where payload[Int(position - offset)] != piece.bytes[Int(position - piece.offset)] {
      return true
    }
    return false
  }

  private func firstIndex(endingAfter offset: Int64) -> Int {
    if let last = pending.last, last.end <= offset { return pending.count }
    var low = 0
    var high = pending.count
    while low < high {
      let middle = (low + high) / 2
      if pending[middle].end > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
