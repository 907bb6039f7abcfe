import Packets
import SessionEvents

extension Flow {
  /// Bytes that wait for holes to be filled, and for other segments to bear them out.
  var pendingCost: Int {
    streams.toServer.pendingCost + streams.toClient.pendingCost + (streams.held?.cost ?? 0)
  }

  /// Bytes that are kept to be compared with what comes again.
  var comparedCost: Int { streams.toServer.comparedCost + streams.toClient.comparedCost }

  func forgetRecent() {
    streams.toServer.forgetRecent()
    streams.toClient.forgetRecent()
  }

  /// Takes a SYN into account; false where it begins a new connection between the same two ends.
  ///
  /// It belongs to this one if its initial sequence number is the one known, or none is known yet; then it is also a
  /// retransmission, or the other half of a simultaneous open (RFC 9293 §3.5). Of a connection under way it may come late,
  /// with a number a little before what was seen.
  func takes(syn segment: SegmentHeader) -> Bool {
    let direction = direction(from: segment.source)
    let first = segment.sequence &+ 1
    if withStream(direction, { $0.begins(at: first) }) {
      return !isClosed || withStream(direction) { $0.hasBase }
    }
    guard !isClosed else { return false }
    if segment.flags.contains(.ack), answers(segment, direction) {
      // Some middleboxes answer a SYN, and let the server answer it again: the first answer that the client took counts.
      withStream(direction) { stream in
        if !stream.isAcknowledged, stream.next == 0 { stream.beginAnew(at: first) }
      }
      return true
    }
    return withStream(direction) { $0.beginLate(at: first) }
  }

  /// Whether it answers the other side's SYN that is known.
  private func answers(_ segment: SegmentHeader, _ direction: Direction) -> Bool {
    withStream(direction.opposite) { $0.isBaseCertain && $0.begins(at: segment.acknowledgment) }
  }

  /// Whether a segment's numbers are near this connection's.
  func isFar(_ segment: SegmentHeader, _ direction: Direction) -> (sequence: Bool, acknowledgment: Bool) {
    let acknowledges = segment.flags.contains(.ack)
    return (
      withStream(direction) { $0.isFar(segment.sequence) },
      acknowledges && withStream(direction.opposite) { $0.isFar(segment.acknowledgment) }
    )
  }
}

extension Span where Element == UInt8 {
  /// The bytes as an array of their own.
  func copied() -> [UInt8] {
    // The buffer is the span's memory, which lives as long as the span.
    unsafe withUnsafeBufferPointer { unsafe Array($0) }
  }
}
