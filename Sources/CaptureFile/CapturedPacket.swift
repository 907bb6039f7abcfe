public import SessionEvents

/// What a capture says of one packet, beside its bytes.
public struct CapturedPacket: Hashable, Sendable {
  /// Counted from 1, as Wireshark does.
  public var number: UInt64
  public var time: Timestamp
  /// On the wire; the capture may hold fewer bytes.
  public var originalLength: Int

  public init(number: UInt64, time: Timestamp, originalLength: Int) {
    self.number = number
    self.time = time
    self.originalLength = originalLength
  }
}
