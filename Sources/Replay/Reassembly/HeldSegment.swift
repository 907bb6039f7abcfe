import Packets
import SessionEvents

/// A segment whose numbers are so far from its connection's that another has to bear them out.
struct HeldSegment {
  var header: SegmentHeader
  var payload: [UInt8]
  var stamp: PacketStamp

  /// What it costs beside its bytes.
  private static let overhead = 128

  /// Bytes held, bookkeeping included.
  var cost: Int { payload.count + Self.overhead }

  /// Whether the number, of the same sender, is near this segment's end.
  func isNear(_ sequence: UInt32) -> Bool {
    let end = header.sequence &+ UInt32(truncatingIfNeeded: payload.count + header.missingByteCount)
    return abs(Int64(Int32(bitPattern: sequence &- end))) <= StreamAssembly.nearness
  }

  /// Whether something of the stream is in it.
  var hasContent: Bool { !payload.isEmpty || header.missingByteCount > 0 || header.flags.contains(.fin) }
}
