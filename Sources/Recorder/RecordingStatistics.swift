/// What a recorder has done so far, for metrics and status reports.
public struct RecordingStatistics: Hashable, Sendable {
  /// The capture that takes new sessions; nil while nothing can be recorded, and after the end.
  public var currentPath: String?
  /// Recordings begun.
  public var recordingCount: UInt64 = 0
  public var packetCount: UInt64 = 0
  /// Payload bytes recorded.
  public var byteCount: UInt64 = 0
  /// Bytes given to captures and sidecars.
  public var fileByteCount: UInt64 = 0
  /// Recordings deleted to keep to the quota.
  public var deletedCount: UInt64 = 0

  /// Events that wait to be recorded, and the memory that they take.
  public var queuedEventCount = 0
  public var queuedByteCount = 0

  /// Events that were not recorded, packets that were and are lost with the unwritten end of their file, and the payload
  /// bytes of those events.
  public var lostEventCount: UInt64 = 0
  public var lostPacketCount: UInt64 = 0
  public var lostByteCount: UInt64 = 0
  /// Stream bytes that the source of the events did not have.
  public var gapByteCount: UInt64 = 0

  public var openSessionCount = 0
  /// What went wrong last, as text; nil if nothing has.
  public var lastFailure: String?

  public init() {}

  /// Adds what another recorder did; the current path stays.
  mutating func add(_ other: RecordingStatistics) {
    recordingCount += other.recordingCount
    packetCount += other.packetCount
    byteCount += other.byteCount
    fileByteCount += other.fileByteCount
    lostEventCount += other.lostEventCount
    lostPacketCount += other.lostPacketCount
    lostByteCount += other.lostByteCount
    gapByteCount &+= other.gapByteCount
    openSessionCount += other.openSessionCount
    lastFailure = other.lastFailure ?? lastFailure
  }
}
