import Packets
import SessionEvents

extension Flow {
  /// Bytes that wait for holes to be filled.
  var pendingCost: Int { toServer.pendingCost + toClient.pendingCost }

  /// Whether a SYN belongs to this connection, rather than beginning a new one between the same two ends.
  ///
  /// It does if its initial sequence number is the one known, or none is known yet; then it is also a retransmission, or
  /// the other half of a simultaneous open (RFC 9293 §3.5).
  func continues(_ segment: SegmentHeader) -> Bool {
    let stream = segment.source == client ? toServer : toClient
    guard stream.begins(at: segment.sequence &+ 1) else { return false }
    return !isClosed || stream.hasBase
  }
}

extension Span where Element == UInt8 {
  /// The bytes as an array of their own.
  func copied() -> [UInt8] {
    [UInt8](capacity: count) { array in
      for index in indices { array.append(self[index]) }
    }
  }
}
