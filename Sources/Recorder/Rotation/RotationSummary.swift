/// What a service recorded, in all of its recordings.
public struct RotationSummary: Hashable, Sendable {
  public var directory: String
  public var recordingCount: UInt64 = 0
  /// Each counted once, in however many recordings it stands.
  public var sessionCount: UInt64 = 0
  public var packetCount: UInt64 = 0
  /// Payload bytes.
  public var byteCount: UInt64 = 0
  /// What was lost, as far as it can be counted.
  public var lostEventCount: UInt64 = 0
  public var lostPacketCount: UInt64 = 0
  public var lostByteCount: UInt64 = 0
  /// What went wrong last; nil if nothing has.
  public var lastFailure: String?

  public init(directory: String) {
    self.directory = directory
  }
}
