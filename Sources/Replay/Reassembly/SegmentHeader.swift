public import Packets
public import SessionEvents

/// What reassembly needs of a TCP header (RFC 9293 §3.1); the payload travels beside it.
public struct SegmentHeader: Hashable, Sendable {
  public var source: Endpoint
  public var destination: Endpoint
  /// Of the SYN if there is one, else of the payload's first byte.
  public var sequence: UInt32
  /// Meaningful only with the flag `.ack`.
  public var acknowledgment: UInt32
  public var flags: TCPFlags
  /// Payload bytes that the capture cut off behind those that it has.
  public var missingByteCount: Int

  public init(
    source: Endpoint, destination: Endpoint, sequence: UInt32, acknowledgment: UInt32 = 0, flags: TCPFlags,
    missingByteCount: Int = 0
  ) {
    self.source = source
    self.destination = destination
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.missingByteCount = missingByteCount
  }
}
