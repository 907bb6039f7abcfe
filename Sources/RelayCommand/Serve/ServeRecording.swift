import Logging
import Operations
import Packets
import Recorder
import Relay
import SessionEvents
import Settings
import Synchronization

/// The recording of a service: one file, or a directory in which recordings rotate.
final class ServeRecording: Sendable {
  private enum Writer: Sendable {
    case file(RecordingThread)
    case directory(RotatingRecordingThread)
  }

  private let writer: Writer
  private let failureCount: Counter

  /// Whether recording has failed, now or earlier.
  var hasFailed: Bool { failureCount.value > 0 }

  /// Creates the files and starts the recorder's thread, with the rights of the calling thread.
  init(_ settings: RecordingSettings, at place: RecordingPlace, logger: Logger) throws(RecorderError) {
    let failureCount = Counter()
    self.failureCount = failureCount
    switch place {
    case .file(let path):
      let recorder = try SessionRecorder(Self.configuration(settings, path: path))
      let thread = RecordingThread(recorder) { error in
        failureCount.increase()
        logger.error("the recording ends here, and the relay goes on: \(error)")
      }
      writer = .file(thread)
    case .directory(let path):
      let recorder = try RotatingRecorder(Self.configuration(settings, directory: path)) { report in
        if case .failed = report { failureCount.increase() }
        logger.log(level: report.isProblem ? .error : .info, "\(report)")
      }
      writer = .directory(RotatingRecordingThread(recorder))
    }
  }

  var sink: any SessionSink {
    switch writer {
    case .file(let thread): thread
    case .directory(let thread): thread
    }
  }

  func reconfigure(_ settings: RecordingSettings) {
    if case .directory(let thread) = writer { thread.reconfigure(Self.policy(settings)) }
  }

  /// Whether sessions wait, because the disk lags behind.
  var isHoldingUp: Bool {
    switch writer {
    case .file(let thread): thread.isHoldingUp
    case .directory(let thread): thread.isHoldingUp
    }
  }

  /// Completes the files.
  func finish() {
    switch writer {
    case .file(let thread): _ = thread.finish()
    case .directory(let thread): _ = thread.finish()
    }
  }

  var readings: ServiceReadings.Recording {
    let statistics =
      switch writer {
      case .file(let thread): thread.statistics
      case .directory(let thread): thread.statistics
      }
    var readings = ServiceReadings.Recording()
    readings.state = statistics.currentPath == nil ? .failed : .recording
    readings.failure = statistics.lastFailure
    readings.file = statistics.currentPath
    readings.writtenBytes = statistics.fileByteCount
    readings.packets = statistics.packetCount
    readings.queuedEvents = UInt64(statistics.queuedEventCount)
    readings.queuedBytes = UInt64(statistics.queuedByteCount)
    readings.lostEvents = statistics.lostEventCount
    readings.lostBytes = statistics.lostByteCount
    readings.gapBytes = statistics.gapByteCount
    readings.rotations = statistics.recordingCount - min(statistics.recordingCount, 1)
    readings.deletedFiles = statistics.deletedCount
    readings.failures = failureCount.value
    return readings
  }

  // MARK: Configuration

  private static let tool = "wiretape \(RelayCommand.version)"

  private static func configuration(_ settings: RecordingSettings, path: String) -> RecorderConfiguration {
    var configuration = RecorderConfiguration(path: path, tool: tool, created: .now())
    configuration.framing = settings.framing
    configuration.segmentSize = settings.segmentSize
    configuration.portMap = settings.portMap.map(PortMap.init) ?? .standard
    return configuration
  }

  private static func configuration(
    _ settings: RecordingSettings, directory: String
  ) -> RotatingConfiguration {
    var configuration = RotatingConfiguration(directory: directory, policy: policy(settings), tool: tool)
    configuration.framing = settings.framing
    configuration.segmentSize = settings.segmentSize
    configuration.portMap = settings.portMap.map(PortMap.init) ?? .standard
    return configuration
  }

  private static func policy(_ settings: RecordingSettings) -> RotationPolicy {
    RotationPolicy(
      size: settings.rotateSize, interval: settings.rotateInterval, maximumTotal: settings.maximumTotal)
  }
}

extension RecordingSettings {
  fileprivate var framing: PacketWriter.Framing {
    switch linkType {
    case .raw: .raw
    case .ethernet: .ethernet
    }
  }
}

private final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  var value: UInt64 { count.load(ordering: .relaxed) }

  func increase() {
    count.add(1, ordering: .relaxed)
  }
}
