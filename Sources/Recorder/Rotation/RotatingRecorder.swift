public import SessionEvents

/// Records sessions in a directory of recordings that follow one another.
public struct RotatingRecorder: ~Copyable {
  /// Takes an event, the number of its packet, and the path of the capture.
  public typealias Forward = (SessionEvent, _ packet: UInt64?, _ path: String) -> Void

  private let configuration: RotatingConfiguration
  private var current: SessionRecorder
  private let onReport: @Sendable (RotationReport) -> Void

  /// Begins the first recording.
  public init(
    _ configuration: RotatingConfiguration, onReport: @escaping @Sendable (RotationReport) -> Void
  ) throws(RecorderError) {
    self.configuration = configuration
    self.onReport = onReport
    current = try SessionRecorder(
      configuration.recording(
        path: configuration.directory + "/relay.pcap", created: Timestamp(nanoseconds: 0)))
  }

  public var summary: RotationSummary { RotationSummary(directory: configuration.directory) }
  public var statistics: RecordingStatistics { current.statistics }

  /// Records an event, then forwards it.
  public mutating func record(_ event: SessionEvent, forward: Forward? = nil) {
    do throws(RecorderError) { try current.record(event) } catch { onReport(.failed(error)) }
  }

  /// To be called every second; `now` is monotonic, in nanoseconds.
  public mutating func tick(now: Int, forward: Forward? = nil) {}

  /// Follows another policy from here on.
  public mutating func reconfigure(_ policy: RotationPolicy) {}

  /// Ends the recordings; sessions that are still open are closed as `open`, and forwarded so.
  public mutating func finish(forward: Forward? = nil) {}
}
