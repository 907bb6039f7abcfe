public import SessionEvents

/// What a capture says of one packet, beside its bytes.
public struct CapturedPacket: Hashable, Sendable {
  /// Counted from 1, as Wireshark does.
  public var number: UInt64
  public var time: Timestamp
  /// On the wire; the capture may hold fewer bytes.
  public var originalLength: Int
  /// The DLT number of its framing (`LinkType(number:)` of Packets understands it).
  public var linkNumber: Int32

  public init(number: UInt64, time: Timestamp, originalLength: Int, linkNumber: Int32) {
    self.number = number
    self.time = time
    self.originalLength = originalLength
    self.linkNumber = linkNumber
  }
}
