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
  var shownSessions = ShownSessions()
  let segmentSize: Int
  let portMap: PortMap
  /// Where a stream's sequence numbers begin: the same in every process, so that recordings can be reproduced.
  var initialSequence: (SessionID, Party) -> UInt32 = { session, party in
    let sequence = UInt32(truncatingIfNeeded: mixed(session.rawValue, party == .client ? 1 : 2))
    // An acknowledgment of 0 in the handshake would be none to tshark.
    return sequence == .max ? 0 : sequence
  }

  private var loss: RecordingLoss?
  var sessionCount: UInt64 = 0
  var byteCount: UInt64 = 0
  private var lastTime: Timestamp

  /// Creates the files.
  public init(_ configuration: RecorderConfiguration) throws(RecorderError) {
    let limit = PacketWriter.maximumSegmentSize
    guard (1...limit).contains(configuration.segmentSize) else {
      throw .segmentSize(configuration.segmentSize, limit: limit)
    }
    output = try RecordingOutput(configuration)
    segmentSize = configuration.segmentSize
    portMap = configuration.portMap
    lastTime = configuration.created
  }

  public var summary: RecordingSummary {
    RecordingSummary(
      path: output.path, sidecarPath: output.sidecarPath, sessionCount: sessionCount,
      packetCount: output.packetCount, byteCount: byteCount, loss: loss)
  }

  public var statistics: RecordingStatistics { RecordingStatistics() }

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
      let event = SessionEvent(session: id, index: 0, time: lastTime, kind: .closed(SessionClosing(.open)))
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
    lastTime = max(lastTime, event.time)
    do throws(RecorderError) {
      try write(event, isForwarding, forward)
      try output.flushIfDue()
    } catch {
      let error = fail(error)
      count(lost: event)
      throw error
    }
  }

  /// Closes the capture, and lets go of everything.
  private mutating func fail(_ error: RecorderError) -> RecorderError {
    var loss = RecordingLoss(reason: error.description)
    output.closeCaptureAfterFailure()
    loss.packetCount = output.packetCount - min(output.keptPacketCount, output.packetCount)
    output.writeAfterFailure(line(for: loss))
    sessions = [:]
    self.loss = loss
    return error
  }

  private func line(for loss: RecordingLoss) -> SidecarLine {
    SidecarLine(after: output.keptPacketCount, session: nil, time: lastTime, content: .lost(loss))
  }

  private mutating func count(lost event: SessionEvent) {
    loss?.eventCount += 1
    switch event.kind {
    case .bytes(_, let bytes), .datagram(_, let bytes): loss?.byteCount += UInt64(bytes.count)
    case .opened, .clientHello, .secured, .bypassed, .gap, .halfClosed, .closed: break
    }
  }
}
