import CaptureFile
import Glibc
public import SessionEvents

/// Records sessions in a directory of recordings that follow one another, for as long as a service runs.
///
/// A session is recorded where it began. A recording that is full, or old, takes no new sessions: it *retires*, and is
/// finished when the last of its own has ended. When the next rotation comes, or when it has grown to twice its size,
/// what is still open in it is closed there as `open` and goes on in the current recording, which is told what was
/// known of the session and how many bytes came before; both name each other.
///
/// After a failure the recordings are as readable as they can be; events are counted until a new recording can be begun,
/// in which open sessions go on. Files that are removed or renamed while they are written count as a failure too.
///
/// Belongs to one thread; reads and writes no files but in the calls that it gets.
public struct RotatingRecorder: ~Copyable {
  /// Takes an event, the number of its packet, and the path of the capture.
  public typealias Forward = (SessionEvent, _ packet: UInt64?, _ path: String) -> Void

  let configuration: RotatingConfiguration
  var policy: RotationPolicy
  let onReport: @Sendable (RotationReport) -> Void
  let memory: RecorderMemory
  var directory: RecordingDirectory

  /// The name given last.
  var lastName: RecordingName?
  /// Takes new sessions; nil while nothing can be recorded.
  var current: OpenRecording?
  /// Goes on with the sessions that it has.
  var retired: OpenRecording?
  var outage: RecordingOutage?
  /// The sessions that go on while no recording has them.
  var orphans: [SessionID: RecordedSession] = [:]

  /// Of the latest event in recordings that are closed.
  var lastTime = Timestamp(nanoseconds: .min)
  /// Monotonic nanoseconds, as of the last tick.
  var now: Int
  var pause = RetryPause()
  var postponed = false
  var nextQuotaCheck: Int
  var isOverQuota = false
  private var lastMisplaced: Int?

  /// Of the recordings that are closed, and of what was lost.
  var tally = RecordingStatistics()
  /// Sessions that were opened, but for those that open recordings count.
  var sessionCount: UInt64 = 0

  /// Locks the directory, which it creates where need be, and begins the first recording; `onReport` is told what becomes
  /// of the recordings, within the calls of `record`, `tick` and `finish`.
  public init(
    _ configuration: RotatingConfiguration, onReport: @escaping @Sendable (RotationReport) -> Void
  ) throws(RecorderError) {
    let directory = try Self.openDirectory(configuration.directory)
    let memory = RecorderMemory()
    let now = monotonicNanoseconds()
    let first = try OpenRecording.begin(configuration, memory, after: nil, now: now)
    first.setLimit(configuration.policy.sizeLimit)
    self.configuration = configuration
    policy = configuration.policy
    self.onReport = onReport
    self.memory = memory
    self.directory = directory
    self.now = now
    nextQuotaCheck = now
    current = first
    lastName = first.name
    onReport(.began(path: first.path))
  }

  public var summary: RotationSummary {
    let statistics = statistics
    var summary = RotationSummary(directory: configuration.directory)
    summary.recordingCount = statistics.recordingCount
    summary.sessionCount = [current, retired].reduce(sessionCount) { sum, recording in
      sum + (recording?.recorder.openedCount ?? 0)
    }
    summary.packetCount = statistics.packetCount
    summary.byteCount = statistics.byteCount
    summary.lostEventCount = statistics.lostEventCount
    summary.lostPacketCount = statistics.lostPacketCount
    summary.lostByteCount = statistics.lostByteCount
    summary.lastFailure = statistics.lastFailure
    return summary
  }

  /// What was done so far.
  public var statistics: RecordingStatistics {
    var sum = tally
    if let retired { sum.add(retired.recorder.statistics) }
    if let current { sum.add(current.recorder.statistics) }
    sum.currentPath = current?.path
    sum.openSessionCount += orphans.count
    return sum
  }

  // MARK: Input

  /// Records an event, then forwards it, perhaps in pieces, as a replay of its recording will tell it; what nothing
  /// records is not forwarded.
  public mutating func record(_ event: SessionEvent, forward: Forward? = nil) {
    guard let recording = recording(of: event.session) else { return pass(event) }
    do throws(RecorderError) {
      if let forward {
        try recording.recorder.attempt(event, true) { forward($0, $1, recording.path) }
      } else {
        try recording.recorder.attempt(event, false) { _, _ in }
      }
    } catch {
      return recover(recording, from: error, at: event, forward)
    }
    if recording === retired, recording.recorder.sessions.isEmpty { return finishRetired(forward) }
    if recording.isFull { rotateFull(forward) }
  }

  /// Flushes, looks after the files, and rotates where it is time; to be called every second, with the monotonic time in
  /// nanoseconds.
  public mutating func tick(now: Int, forward: Forward? = nil) {
    self.now = now
    for recording in [current, retired].compactMap(\.self) { flush(recording, forward) }
    if current == nil { attemptToResume(forward) }
    rotateOld(forward)
    rotateFull(forward)
    if now >= nextQuotaCheck { enforceQuota(forward) }
  }

  /// Follows another policy from here on.
  public mutating func reconfigure(_ policy: RotationPolicy) {
    self.policy = policy
    current?.setLimit(policy.sizeLimit)
    retired?.setLimit(policy.retiredSizeLimit)
    nextQuotaCheck = now
  }

  /// Ends the recordings; sessions that are still open are closed as `open`, and forwarded so.
  public mutating func finish(forward: Forward? = nil) {
    for recording in [retired, current].compactMap(\.self) {
      retired = nil
      if recording === current { current = nil }
      finish(recording, forward)
    }
    endOutage()
  }

  // MARK: Helpers

  static func openDirectory(_ path: String) throws(RecorderError) -> RecordingDirectory {
    do throws(CaptureError) {
      return try RecordingDirectory(path: path)
    } catch {
      throw .file(error)
    }
  }

  /// The recording that has the session, or takes it; nil while there is none.
  private func recording(of session: SessionID) -> OpenRecording? {
    if let retired, retired.recorder.sessions[session] != nil { return retired }
    return current
  }

  private mutating func recover(
    _ recording: OpenRecording, from error: RecorderError, at event: SessionEvent, _ forward: Forward?
  ) {
    switch error {
    case .file:
      fail(recording, error, at: event, forward)
    case .misplacedEvent, .mixedFamilies, .bytesAfterEnd, .segmentSize:
      // Nothing was written, and other sessions are sound.
      tally.lostEventCount += 1
      tally.lostByteCount += event.byteCount
      if let last = lastMisplaced, now - last < 60_000_000_000 { return }
      lastMisplaced = now
      onReport(.misplaced(error))
    }
  }
}
