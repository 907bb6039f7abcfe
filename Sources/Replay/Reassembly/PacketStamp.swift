public import SessionEvents

/// Which packet of a capture, and when it was captured.
public struct PacketStamp: Hashable, Sendable {
  /// From 1, in the order of the capture.
  public var number: UInt64
  public var time: Timestamp

  public init(number: UInt64, time: Timestamp) {
    self.number = number
    self.time = time
  }
}
