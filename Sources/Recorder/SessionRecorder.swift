import CaptureFile
import Packets
public import SessionEvents

/// Turns session events into packets and sidecar lines, and writes them.
///
/// Belongs to one thread. Whoever wants to see exactly what a replay of the recording will see takes the events that
/// `record` forwards: `bytes` in the pieces in which they were written, `opened` when the session's packets begin (it
/// is held back until it is known whether the session is decrypted, which decides on its port), indices renumbered,
/// and with each the number of the packet that shows it, if one does.
///
/// After the first failure the files are closed, readable; the failure is thrown once, and from then on events are
/// counted, forwarded as they are, and not recorded.
public struct SessionRecorder: ~Copyable {
  /// Takes an event and the number of its packet, counted from 1.
  public typealias Forward = (SessionEvent, _ packet: UInt64?) -> Void

  var output: RecordingOutput
  var sessions: [SessionID: RecordedSession] = [:]
  let memory: RecorderMemory
  let segmentSize: Int
  let portMap: PortMap
  /// Where a stream's sequence numbers begin.
  var initialSequence = RecordedSession.initialSequence

  private(set) var loss: RecordingLoss?
  /// Sessions that were opened while this recorder had them to record.
  var openedCount: UInt64 = 0
  /// Sessions shown here.
  var sessionCount: UInt64 = 0
  /// Stream bytes that the source of the events did not have.
  var gapByteCount: UInt64 = 0
  private let created: Timestamp
  /// Of the latest event.
  var lastTime = Timestamp(nanoseconds: .min)
  /// When what has no time of its own happened: after all events so far.
  private var presentTime: Timestamp { lastTime.nanoseconds == .min ? created : lastTime }

  /// Creates the files.
  public init(_ configuration: RecorderConfiguration) throws(RecorderError) {
    try self.init(configuration, RecorderMemory())
  }

  /// Creates the files of a recording that follows others.
  init(_ configuration: RecorderConfiguration, _ memory: RecorderMemory) throws(RecorderError) {
    self.memory = memory
    let limit = PacketWriter.maximumSegmentSize
    guard (1...limit).contains(configuration.segmentSize) else {
      throw .segmentSize(configuration.segmentSize, limit: limit)
    }
    output = try RecordingOutput(configuration)
    segmentSize = configuration.segmentSize
    portMap = configuration.portMap
    created = configuration.created
  }

  public var summary: RecordingSummary {
    RecordingSummary(
      path: output.path, sidecarPath: output.sidecarPath, sessionCount: sessionCount,
      packetCount: output.packetCount, byteCount: output.payloadByteCount, loss: loss)
  }

  /// What was done so far.
  public var statistics: RecordingStatistics {
    var statistics = RecordingStatistics()
    statistics.currentPath = loss == nil ? output.path : nil
    statistics.recordingCount = 1
    statistics.packetCount = output.packetCount
    statistics.byteCount = output.payloadByteCount
    statistics.fileByteCount = output.byteCount
    statistics.lostEventCount = loss?.eventCount ?? 0
    statistics.lostPacketCount = loss?.packetCount ?? 0
    statistics.lostByteCount = loss?.byteCount ?? 0
    statistics.gapByteCount = gapByteCount
    statistics.openSessionCount = sessions.count
    statistics.lastFailure = loss?.reason
    return statistics
  }

  /// Records an event.
  public mutating func record(_ event: SessionEvent) throws(RecorderError) {
    try record(event, isForwarding: false) { _, _ in }
  }

  /// Records an event, then forwards it, perhaps in pieces, after those of its session that were held back.
  public mutating func record(_ event: SessionEvent, forward: Forward) throws(RecorderError) {
    try record(event, isForwarding: true, forward)
  }

  /// Gives everything to the kernel; to be called every second, so that a killed recording lacks no more than that.
  public mutating func flush() throws(RecorderError) {
    guard loss == nil else { return }
    do throws(RecorderError) {
      try output.flush()
    } catch {
      throw fail(error)
    }
  }

  /// Ends the recording: sessions that are still open are closed as `open`, and forwarded so.
  public mutating func finish(forward: Forward = { _, _ in }) throws(RecorderError) {
    for id in sessions.keys.sorted() {
      // Its index is given anew when it is recorded.
      let event = SessionEvent(session: id, index: 0, time: presentTime, kind: .closed(SessionClosing(.open)))
      try record(event, isForwarding: true, forward)
    }
    if let loss {
      return output.closeSidecarAfterFailure(line(for: loss))
    }
    do throws(RecorderError) {
      try output.close()
    } catch {
      throw fail(error)
    }
  }

  // MARK: Helpers

  private mutating func record(
    _ event: SessionEvent, isForwarding: Bool, _ forward: Forward
  ) throws(RecorderError) {
    guard loss == nil else {
      count(lost: event)
      return forward(event, nil)
    }
    do throws(RecorderError) {
      try attempt(event, isForwarding, forward)
    } catch {
      let error = fail(error)
      count(lost: event)
      throw error
    }
  }

  /// Records an event; what becomes of the recording after an error is for the caller to decide.
  ///
  /// After an error of a file the session is as if the event had been recorded; after any other, as it was.
  mutating func attempt(_ event: SessionEvent, _ isForwarding: Bool, _ forward: Forward) throws(RecorderError)
  {
    lastTime = max(lastTime, event.time)
    try write(event, isForwarding, forward)
    try output.flushIfDue()
  }

  /// Closes the capture, and lets go of everything.
  mutating func fail(_ error: RecorderError) -> RecorderError {
    var loss = RecordingLoss(reason: error.description)
    let isDeleted = output.isCaptureDeleted
    output.closeCaptureAfterFailure()
    loss.packetCount = output.packetCount - (isDeleted ? 0 : min(output.keptPacketCount, output.packetCount))
    output.writeAfterFailure(line(for: loss))
    sessions = [:]
    self.loss = loss
    return error
  }

  /// Adds to what was lost, for the last line.
  mutating func addLoss(eventCount: UInt64, byteCount: UInt64) {
    loss?.eventCount += eventCount
    loss?.byteCount += byteCount
  }

  private func line(for loss: RecordingLoss) -> SidecarLine {
    SidecarLine(after: output.keptPacketCount, session: nil, time: presentTime, content: .lost(loss))
  }

  private mutating func count(lost event: SessionEvent) {
    addLoss(eventCount: 1, byteCount: event.byteCount)
  }
}

extension SessionEvent {
  /// The payload bytes that it carries.
  var byteCount: UInt64 {
    switch kind {
    case .bytes(_, let bytes), .datagram(_, let bytes): UInt64(bytes.count)
    case .opened, .clientHello, .secured, .bypassed, .gap, .conflict, .halfClosed, .closed: 0
    }
  }
}
