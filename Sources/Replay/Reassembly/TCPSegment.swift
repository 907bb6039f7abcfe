public import SessionEvents

/// What reassembly needs of a TCP header (RFC 9293 §3.1); the payload travels beside it.
public struct TCPSegment: Hashable, Sendable {
  public var source: Endpoint
  public var destination: Endpoint
  /// Of the SYN if there is one, else of the payload's first byte.
  public var sequence: UInt32
  /// Meaningful only with the flag `.ack`.
  public var acknowledgment: UInt32
  public var flags: Flags

  public init(
    source: Endpoint, destination: Endpoint, sequence: UInt32, acknowledgment: UInt32 = 0, flags: Flags
  ) {
    self.source = source
    self.destination = destination
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
  }

  /// The control bits, as they stand in the header's fourteenth byte.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    public static let fin = Flags(rawValue: 0x01)
    public static let syn = Flags(rawValue: 0x02)
    public static let rst = Flags(rawValue: 0x04)
    public static let ack = Flags(rawValue: 0x10)
  }
}
