public import CaptureFile

/// What a recording holds.
public struct RecordingSummary: Hashable, Sendable {
  public var path: String
  /// Nil where the capture went to standard output.
  public var sidecarPath: String?
  public var sessionCount: UInt64
  public var packetCount: UInt64
  /// Payload bytes.
  public var byteCount: UInt64
  /// What is missing, after a failure.
  public var loss: RecordingLoss?
}
