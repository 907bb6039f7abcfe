import Packets
import SessionEvents

/// The fragments of one packet.
struct FragmentedPacket {
  private struct Piece {
    var offset: Int
    var bytes: [UInt8]
    /// Where the fragment ended on the wire, which may be behind what was captured of it.
    var end: Int
  }

  /// What one fragment costs beside its bytes.
  private static let overhead = 64

  /// Of the fragment that was captured first.
  let first: PacketStamp
  private let packet: Packet
  /// That of the fragment with the packet's start, once it is there (RFC 8200 §4.5).
  private var protocolNumber: UInt8
  /// In order; the first to come keep their bytes.
  private var pieces: [Piece] = []
  private var length: Int?
  /// Whether nothing shall come of it.
  private(set) var isLeftOut = false

  init(_ packet: Packet, _ protocolNumber: UInt8, first: PacketStamp) {
    self.packet = packet
    self.protocolNumber = protocolNumber
    self.first = first
  }

  /// Bytes held, bookkeeping included.
  private(set) var cost = overhead

  /// Adds a fragment; tells what is odd about it.
  mutating func add(_ bytes: Span<UInt8>, _ fragment: IPFragment, limit: Int) -> ReplayNote.Kind? {
    guard !isLeftOut else { return nil }
    let piece = Piece(
      offset: fragment.offset, bytes: bytes.copied(),
      end: fragment.offset + bytes.count + fragment.missingByteCount)
    if fragment.offset == 0 { protocolNumber = fragment.protocolNumber }
    var oddity: ReplayNote.Kind?
    if !packet.source.isIPv4, overlaps(piece) {
      // RFC 8200 §4.5: the packet is silently discarded, but exact duplicates may be dropped instead.
      guard !repeats(piece) else { return nil }
      leaveOut()
      return .fragmentsOverlap
    }
    if !fragment.moreFragments {
      if let length, length != piece.end { oddity = .fragmentsConflict }
      length = length ?? piece.end
    }
    if fill(with: piece) { oddity = .fragmentsConflict }
    guard pieces.count > limit else { return oddity }
    leaveOut()
    return .fragmentLimit
  }

  /// The packet, once all its fragments came.
  func whole(at stamp: PacketStamp) -> FragmentAssembly.Whole? {
    guard let length, !isLeftOut else { return nil }
    var end = 0
    for piece in pieces where piece.offset <= end { end = max(end, piece.end) }
    guard end >= length else { return nil }
    return made(ofLength: length, at: stamp)
  }

  /// What there is of a datagram from the packet's start on; nil where its start is missing.
  ///
  /// The receiver has not got it either, but nobody sends it again. A segment is sent again, or missing in its stream.
  var part: FragmentAssembly.Whole? {
    guard protocolNumber == 17, let start = pieces.first, start.offset == 0 else { return nil }
    return made(ofLength: max(length ?? 0, pieces.map(\.end).max() ?? 0), at: first)
  }

  // MARK: Helpers

  private func made(ofLength length: Int, at stamp: PacketStamp) -> FragmentAssembly.Whole {
    var payload: [UInt8] = []
    payload.reserveCapacity(length)
    for piece in pieces {
      guard piece.offset == payload.count else { break }
      payload += piece.bytes
      if piece.end > payload.count { break }
    }
    if payload.count > length { payload.removeLast(payload.count - length) }
    return FragmentAssembly.Whole(
      packet: packet, protocolNumber: protocolNumber, payload: payload,
      missingByteCount: length - payload.count, stamp: stamp)
  }

  private mutating func leaveOut() {
    isLeftOut = true
    pieces = []
    cost = Self.overhead
  }

  private func overlaps(_ new: Piece) -> Bool {
    pieces.contains { $0.offset < new.end && new.offset < $0.end }
  }

  private func repeats(_ new: Piece) -> Bool {
    pieces.contains { $0.offset == new.offset && $0.end == new.end && $0.bytes == new.bytes }
  }

  /// Keeps what of the fragment fills holes; whether the rest differs from what is there.
  private mutating func fill(with new: Piece) -> Bool {
    var differs = false
    var cursor = new.offset
    var index = pieces.firstIndex { $0.end > new.offset } ?? pieces.count
    while cursor < new.end {
      guard index < pieces.count, pieces[index].offset < new.end else {
        keep(new, cursor..<new.end, at: index)
        break
      }
      if pieces[index].offset > cursor {
        keep(new, cursor..<pieces[index].offset, at: index)
        index += 1
      }
      let there = pieces[index]
      let shared = max(cursor, there.offset)..<min(new.end, there.end)
      differs = differs || Self.differ(new, there, shared)
      cursor = max(cursor, there.end)
      index += 1
    }
    return differs
  }

  private mutating func keep(_ new: Piece, _ range: Range<Int>, at index: Int) {
    let captured = new.bytes[
      clamped(range.lowerBound - new.offset, new)..<clamped(range.upperBound - new.offset, new)]
    pieces.insert(Piece(offset: range.lowerBound, bytes: Array(captured), end: range.upperBound), at: index)
    cost += captured.count + Self.overhead
  }

  private func clamped(_ index: Int, _ piece: Piece) -> Int { min(index, piece.bytes.count) }

  private static func differ(_ one: Piece, _ other: Piece, _ range: Range<Int>) -> Bool {
    range.contains { place in
      let (left, right) = (place - one.offset, place - other.offset)
      return left < one.bytes.count && right < other.bytes.count && one.bytes[left] != other.bytes[right]
    }
  }
}
