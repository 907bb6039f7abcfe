import SessionEvents

/// Puts one direction of a TCP connection back in order.
///
/// The first bytes stand: what arrives again for a place that already has bytes is left out. It is compared with what is
/// there, whether that still waits or was among the last handed on, and a difference is told. A hole becomes a gap once
/// the receiver has acknowledged past it, something that follows it was seen, and it was not filled soon after; when a
/// limit is hit; or when the connection ends.
///
/// Places in the stream are counted from its first byte, in 64 bits; sequence numbers are the lower 32 of them, from a base.
struct StreamAssembly {
  /// What comes out, in stream order; the stamp is of the packet that carried or proved it.
  enum Output {
    case bytes([UInt8], PacketStamp)
    case gap(UInt64, PacketStamp)
    case conflict(offset: UInt64, byteCount: UInt64, PacketStamp)
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
    /// It carried bytes that lie before the first that was seen, and were handed on.
    static let beforeStart = Oddities(rawValue: 8)
    /// It carried bytes for a place that was given up.
    static let afterGap = Oddities(rawValue: 16)
  }

  /// A reset's sequence number is believed up to this distance, a large window.
  private static let resetReach: Int64 = 1 << 24
  /// A number is believed at once up to this distance ahead.
  private static let believableAdvance: Int64 = 64 << 20
  /// No window is larger (RFC 7323 §2.3), so nothing is sent again from further behind.
  private static let largestWindow: Int64 = 1 << 30
  /// Two numbers that are no further apart than this bear each other out.
  static let nearness: Int64 = 1 << 20
  /// More than any stream's bytes.
  private static let longest: Int64 = 1 << 62
  /// Segments that may stand between an acknowledgment and what it acknowledges.
  private static let reordering = 8

  /// The sequence number of the stream's first byte; nil until something tells.
  private var base: UInt32?
  /// Whether that is from a SYN, rather than the first number that was seen of a connection under way.
  private(set) var isBaseCertain = false
  /// How many bytes were handed on, gaps included.
  private(set) var next: Int64 = 0
  /// How many of them the sidecar told to be gaps.
  private var skipped: Int64 = 0
  private(set) var acknowledged: Int64 = 0
  private(set) var sent: Int64 = 0
  /// The last acknowledgment that was too far ahead to be believed alone.
  private var doubtedAcknowledgment: Int64?
  private var end: (offset: Int64, stamp: PacketStamp)?
  private var waiting = WaitingPieces()
  private var recent = RecentBytes()
  private(set) var isEnded = false
  /// Up to where holes are acknowledged, and how many segments ago that showed.
  private var doubt: (limit: Int64, age: Int)?
  /// Whether an acknowledgment was seen, so that the receiver knows the base.
  private(set) var isAcknowledged = false

  var hasBase: Bool { base != nil }
  var hasSeenEnd: Bool { end != nil }
  /// Bytes that wait, bookkeeping included.
  var pendingCost: Int { waiting.cost }
  /// Bytes that are kept to be compared, bookkeeping included.
  var comparedCost: Int { recent.cost }
  /// How far the stream is known to reach.
  var highest: Int64 { max(next, sent, acknowledged) }

  // MARK: Numbers

  /// Whether the stream begins at `sequence`, or may.
  func begins(at sequence: UInt32) -> Bool { base == nil || base == sequence }

  /// Sequence numbers wrap: the nearest place to the furthest known is meant (RFC 9293 §3.4).
  func offset(of sequence: UInt32) -> Int64 {
    let highest = highest
    let expected = (base ?? sequence) &+ UInt32(truncatingIfNeeded: highest)
    return highest + Int64(Int32(bitPattern: sequence &- expected))
  }

  /// Whether a segment with this sequence number is too far away to be believed without another.
  func isFar(_ sequence: UInt32) -> Bool {
    guard base != nil else { return false }
    let distance = offset(of: sequence) - highest
    return distance > Self.believableAdvance || distance < -Self.largestWindow
  }

  /// Whether a reset with this sequence number may be the sender's own (RFC 9293 §3.5.3, RFC 5961 §3.2).
  func allowsReset(at sequence: UInt32) -> Bool {
    guard base != nil else { return true }
    return abs(offset(of: sequence) - highest) <= Self.resetReach
  }

  /// The next byte has this sequence number, unless the numbers are known already.
  ///
  /// It is the first byte, but where the sidecar told of bytes before: of a session that another recording began.
  mutating func begin(at sequence: UInt32, isCertain: Bool = false) {
    guard base == nil else { return }
    base = sequence &- UInt32(truncatingIfNeeded: next)
    isBaseCertain = isCertain
  }

  /// A SYN came late: the stream begins at `sequence`, a little before what was seen; false where that cannot be.
  mutating func beginLate(at sequence: UInt32) -> Bool {
    guard base != nil, !isBaseCertain else { return false }
    let offset = offset(of: sequence)
    guard offset <= 0, offset >= -Self.nearness else { return false }
    if next == 0 { move(by: -offset, to: sequence) }
    isBaseCertain = true
    return true
  }

  /// The receiver did not take the number for which the stream was thought to begin; what it shall begin with is told anew.
  mutating func beginAnew(at sequence: UInt32) {
    self = StreamAssembly()
    begin(at: sequence, isCertain: true)
  }

  /// Whether bytes at this place are the first of a stream whose base was guessed, and of which nothing was handed on.
  ///
  /// They are if they were sent before those that arrived first. And if the number that was taken for the base is one too
  /// low, as in a keep-alive without bytes.
  private func isBeginning(_ offset: Int64, byteCount: Int) -> Bool {
    if offset == 1 { return waiting.isEmpty }
    return offset < -1 || offset == -1 && byteCount > 1
  }

  /// The stream begins `count` bytes earlier than was thought.
  private mutating func move(by count: Int64, to sequence: UInt32) {
    base = sequence
    acknowledged += count
    sent += count
    if let end { self.end = (end.offset + count, end.stamp) }
    if let doubtedAcknowledgment { self.doubtedAcknowledgment = doubtedAcknowledgment + count }
    if let doubt { self.doubt = (doubt.limit + count, doubt.age) }
    waiting.move(by: count)
  }

  // MARK: Input

  /// Takes one segment's payload; `missing` bytes of it, at its end, were not captured.
  mutating func receive(
    at sequence: UInt32, payload: Span<UInt8>, missing: Int, isFinal: Bool, stamp: PacketStamp,
    limits: ReassemblyLimits, output: (Output) -> Void
  ) -> Oddities {
    begin(at: sequence)
    var offset = offset(of: sequence)
    if !isBaseCertain, next == 0, isBeginning(offset, byteCount: payload.count + missing) {
      move(by: -offset, to: sequence)
      offset = 0
    }
    let payloadEnd = offset + Int64(payload.count)
    let segmentEnd = payloadEnd + Int64(missing)
    if segmentEnd > sent { sent = segmentEnd }
    if isFinal, end == nil, segmentEnd >= next { end = (segmentEnd, stamp) }
    var oddities: Oddities = []
    if payload.count > 0 || missing > 0 {
      if offset == next, waiting.isEmpty, segmentEnd <= end?.offset ?? .max {
        if payload.count > 0 { deliver(payload.copied(), stamp, limits, output) }
        if missing > 0 { gap(upTo: segmentEnd, stamp: stamp, limits, output) }
      } else {
        oddities = takeAside(payload, at: offset, stamp, limits, output)
      }
    }
    deliverEnd(output)
    decideHoles(limits, output)
    return oddities
  }

  /// Takes the receiver's acknowledgment, which proves a hole before it lost if something after the hole was seen.
  mutating func acknowledge(_ sequence: UInt32, limits: ReassemblyLimits, output: (Output) -> Void) {
    begin(at: sequence)
    let offset = offset(of: sequence)
    if offset >= 0 { isAcknowledged = true }
    if offset > acknowledged {
      if offset - highest > Self.believableAdvance {
        defer { doubtedAcknowledgment = offset }
        guard let doubted = doubtedAcknowledgment, abs(offset - doubted) <= Self.nearness else { return }
      }
      acknowledged = offset
    }
    decideHoles(limits, output)
  }

  /// The sender's next sequence number, from a segment without payload.
  mutating func sentUp(to sequence: UInt32, isReset: Bool) {
    guard base != nil else { return }
    let offset = offset(of: sequence)
    if isReset, offset - next > Self.resetReach { return }
    if offset > sent { sent = offset }
  }

  /// Gives up the first hole, to make room; false where nothing waits.
  mutating func yieldRoom(_ limits: ReassemblyLimits, _ output: (Output) -> Void) -> Bool {
    guard !waiting.isEmpty else { return false }
    giveUpFirstHole(limits, output)
    deliverEnd(output)
    return true
  }

  /// Forgets the bytes that are kept to be compared.
  mutating func forgetRecent() {
    recent.forget()
  }

  /// Hands on what still waits, and counts what is known to be missing at the end.
  ///
  /// `recorded` is how many bytes a recording's sidecar says to have been recorded. Without it the packets must tell, by
  /// the FIN, or by what was sent and acknowledged; one sequence number too many without a FIN is then taken for an
  /// unseen FIN, not for a byte.
  mutating func finish(
    recorded: UInt64?, stamp: PacketStamp, limits: ReassemblyLimits, output: (Output) -> Void
  ) {
    while !waiting.isEmpty { giveUpFirstHole(limits, output) }
    if let recorded {
      let total = recorded.addingReportingOverflow(UInt64(skipped)).partialValue
      gap(upTo: min(Int64(clamping: total), Self.longest), stamp: stamp, limits, output)
    } else if let end {
      gap(upTo: end.offset, stamp: stamp, limits, output)
    } else if highest - next != 1 {
      gap(upTo: highest, stamp: stamp, limits, output)
    }
    deliverEnd(output)
    recent.forget()
  }

  /// Passes over the next `byteCount` bytes, which the sidecar told to be missing.
  mutating func skip(_ byteCount: UInt64, limits: ReassemblyLimits, output: (Output) -> Void) {
    // Only the sum modulo 2^32 meets the packets; a count beyond any stream's length must not trap.
    let count = Int64(clamping: byteCount)
    guard count <= Self.longest - max(highest, skipped) else { return }
    skipped += count
    next += count
    deliverReady(limits, output)
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

  /// Whether a number lies behind the FIN: hosts count on from there when they use a port again (RFC 6528).
  func isBeyondEnd(_ sequence: UInt32) -> Bool {
    guard isEnded, let end else { return false }
    return offset(of: sequence) > end.offset + 1
  }

  // MARK: Helpers

  /// Takes a payload that is not simply the next.
  private mutating func takeAside(
    _ payload: Span<UInt8>, at offset: Int64, _ stamp: PacketStamp, _ limits: ReassemblyLimits,
    _ output: (Output) -> Void
  ) -> Oddities {
    var oddities: Oddities = []
    // A keep-alive: its sequence number is that of the last byte, and it has none, or one of garbage (RFC 9293 §3.8.4).
    if payload.count <= 1, offset == next - 1 { return [] }
    var difference = ByteDifference()
    if offset < next {
      let comparison = recent.compare(payload, at: offset, before: next)
      difference = comparison.difference
      if comparison.meetsGap { oddities.insert(.afterGap) }
      if offset < 0, !isBaseCertain { oddities.insert(.beforeStart) }
    }
    var limit = offset + Int64(payload.count)
    if let end, limit > end.offset {
      oddities.insert(.beyondEnd)
      limit = end.offset
    }
    if limit > max(offset, next) {
      difference.add(waiting.insert(payload, at: offset, in: max(offset, next)..<limit, stamp: stamp))
    }
    if let first = difference.first {
      oddities.insert(.conflict)
      output(.conflict(offset: UInt64(max(0, first)), byteCount: UInt64(difference.count), stamp))
    }
    deliverReady(limits, output)
    while waiting.count > limits.pendingPiecesPerStream || waiting.cost > limits.pendingBytesPerStream {
      oddities.insert(.limitHit)
      giveUpFirstHole(limits, output)
    }
    return oddities
  }

  /// Gives up the holes that the receiver acknowledged.
  ///
  /// Captures reorder packets, so that an acknowledgment may stand before what it acknowledges: a few more segments
  /// have to pass first, unless the FIN is acknowledged too, after which few will come.
  private mutating func decideHoles(_ limits: ReassemblyLimits, _ output: (Output) -> Void) {
    guard !waiting.isEmpty || end != nil, !isEnded else { return }
    if let end, end.offset <= acknowledged {
      while !waiting.isEmpty { giveUpFirstHole(limits, output) }
      gap(upTo: end.offset, stamp: end.stamp, limits, output)
      return deliverEnd(output)
    }
    guard let first = waiting.first, first.offset <= acknowledged else {
      doubt = nil
      return
    }
    let (limit, age) = doubt ?? (acknowledged, 0)
    doubt = (limit, age + 1)
    guard age >= Self.reordering else { return }
    doubt = nil
    while let first = waiting.first, first.offset <= limit { giveUpFirstHole(limits, output) }
  }

  private mutating func giveUpFirstHole(_ limits: ReassemblyLimits, _ output: (Output) -> Void) {
    guard let first = waiting.first else { return }
    gap(upTo: first.offset, stamp: first.stamp, limits, output)
    deliverReady(limits, output)
  }

  private mutating func gap(
    upTo offset: Int64, stamp: PacketStamp, _ limits: ReassemblyLimits, _ output: (Output) -> Void
  ) {
    guard offset > next else { return }
    let count = offset - next
    recent.appendGap(at: next, count: count, limit: limits.comparedBytesPerStream)
    next = offset
    output(.gap(UInt64(count), stamp))
  }

  private mutating func deliver(
    _ bytes: [UInt8], _ stamp: PacketStamp, _ limits: ReassemblyLimits, _ output: (Output) -> Void
  ) {
    recent.append(bytes, at: next, limit: limits.comparedBytesPerStream)
    next += Int64(bytes.count)
    output(.bytes(bytes, stamp))
  }

  private mutating func deliverReady(_ limits: ReassemblyLimits, _ output: (Output) -> Void) {
    for piece in waiting.takeReady(from: next) where piece.end > next {
      let old = Int(next - piece.offset)
      deliver(old == 0 ? piece.bytes : Array(piece.bytes.dropFirst(old)), piece.stamp, limits, output)
    }
  }

  private mutating func deliverEnd(_ output: (Output) -> Void) {
    guard let end, !isEnded, next >= end.offset, waiting.isEmpty else { return }
    isEnded = true
    output(.end(end.stamp))
  }
}
