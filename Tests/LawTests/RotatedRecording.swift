import Recorder
import Replay
import SessionEvents
import Synchronization
import TestSupport

/// Events recorded into a directory of recordings that rotated; and what the recorder said live, by recording.
final class RotatedRecording {
  let directory: TemporaryDirectory
  /// In order of beginning.
  private(set) var paths: [String] = []
  private(set) var forwarded: [String: [PacketEvent]] = [:]
  let reports: [RotationReport]
  let summary: RotationSummary

  /// Calls `disturb`, which rotates or does worse, before each event, with its place.
  init(
    _ events: [SessionEvent], policy: RotationPolicy = RotationPolicy(), segmentSize: Int? = nil,
    disturb: (Int, inout RotatingRecorder, TemporaryDirectory, @escaping RotatingRecorder.Forward) throws ->
      Void
  ) throws {
    directory = try TemporaryDirectory()
    var configuration = RotatingConfiguration(
      directory: directory.path("recordings"), policy: policy, tool: "law tests")
    if let segmentSize { configuration.segmentSize = segmentSize }
    let reports = Mutex<[RotationReport]>([])
    var recorder = try RotatingRecorder(configuration) { report in reports.withLock { $0.append(report) } }
    let log = ForwardLog()
    for (place, event) in events.enumerated() {
      try disturb(place, &recorder, directory, log.forward)
      recorder.record(event, forward: log.forward)
    }
    recorder.finish(forward: log.forward)
    summary = recorder.summary
    self.reports = reports.withLock { $0 }
    paths = self.reports.compactMap(\.begunPath)
    forwarded = log.events
  }

  func replayed(_ path: String, usesSidecar: Bool = true) throws -> [PacketEvent] {
    var events: [PacketEvent] = []
    let notes = try RecordingReplayer(path: path, usesSidecar: usesSidecar).replay {
      events.append(PacketEvent($0, packet: $1))
    }
    guard notes.allSatisfy({ !$0.isDamage }) else { throw Recording.Damage(notes: notes) }
    return events
  }

  /// Each session's events from all recordings in turn, as if one had them: without what a recording says of a session
  /// that it takes over, and without what it says where it leaves one.
  func joined() throws -> [SessionEvent] {
    try paths.flatMap { withoutSeams(try replayed($0).map(\.event)) }
  }
}

extension RotationReport {
  var begunPath: String? {
    switch self {
    case .began(let path), .resumed(let path, _): path
    case .finished, .failed, .postponed, .deleted, .overQuota, .misplaced: nil
    }
  }
}

private final class ForwardLog {
  var events: [String: [PacketEvent]] = [:]

  func forward(_ event: SessionEvent, _ packet: UInt64?, _ path: String) {
    events[path, default: []].append(PacketEvent(event, packet: packet))
  }
}

/// Takes away how recordings hand sessions over.
///
/// A session that is taken over is told, all at one time, of its opening, its facts, what came before and who has ended;
/// everything of that time that is no byte and no closing belongs to it.
private func withoutSeams(_ events: [SessionEvent]) -> [SessionEvent] {
  var takenOver: [SessionID: Timestamp] = [:]
  return events.filter { event in
    switch event.kind {
    case .opened(let opening):
      if opening.continues != nil { takenOver[event.session] = event.time }
      return opening.continues == nil
    case .closed(let closing):
      return closing.continuedIn == nil
    case .clientHello, .secured, .bypassed, .gap, .conflict, .halfClosed:
      return takenOver[event.session] != event.time
    case .bytes, .datagram:
      return true
    }
  }
}
