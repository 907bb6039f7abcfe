public import CaptureFile

/// What became of the recordings of a service, for its log.
public enum RotationReport: Hashable, Sendable {
  /// A recording takes new sessions from here on.
  case began(path: String)
  /// A recording is complete and closed.
  case finished(RecordingSummary)
  /// Nothing can be recorded; new attempts follow by themselves. Told once a failure.
  case failed(RecorderError)
  /// Recording goes on after a failure, in this capture; what was lost, as far as it can be counted.
  case resumed(path: String, lost: RecordingLoss)
  /// The next recording cannot begin; the one before grows on, and new attempts follow. Told once.
  case postponed(RecorderError)
  /// An old recording was deleted to keep to the quota.
  case deleted(path: String, byteCount: UInt64)
  /// The recordings that must not be deleted exceed the quota. Told once until they no longer do.
  case overQuota(byteCount: UInt64, quota: UInt64)
  /// An event was not recorded, because it cannot be: a defect of the source. Told at most once a minute.
  case misplaced(RecorderError)
}

extension RotationReport: CustomStringConvertible {
  /// One line without a full stop.
  public var description: String {
    switch self {
    case .began(let path): "recording to '\(path)'"
    case .finished(let summary):
      "finished '\(summary.path)': \(summary.sessionCount) sessions, \(summary.packetCount) packets"
    case .failed(let error): "recording failed, events are lost until it can go on: \(error)"
    case .resumed(let path, let lost):
      "recording goes on in '\(path)'; lost: \(lost.eventCount) events with \(lost.byteCount) bytes, "
        + "and \(lost.packetCount) packets recorded before"
    case .postponed(let error): "the next recording cannot begin, the current one grows on: \(error)"
    case .deleted(let path, let byteCount): "deleted '\(path)' (\(byteCount) bytes) to keep to the quota"
    case .overQuota(let byteCount, let quota):
      "recordings in use take \(byteCount) bytes, more than the quota of \(quota)"
    case .misplaced(let error): "an event was not recorded: \(error)"
    }
  }

  /// Whether an administrator should look at it.
  public var isProblem: Bool {
    switch self {
    case .began, .finished, .deleted, .resumed: false
    case .failed, .postponed, .overQuota, .misplaced: true
    }
  }
}
