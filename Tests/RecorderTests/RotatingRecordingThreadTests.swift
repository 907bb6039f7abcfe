import CaptureFile
import Foundation
import Recorder
import SessionEvents
import Synchronization
import TestSupport
import Testing

@Suite struct `Rotating recording thread` {
  @Test func `records what several threads produce, in several recordings`() throws {
    let files = try TemporaryDirectory()
    let reports = Mutex<[RotationReport]>([])
    let recorder = try RotatingRecorder(
      RotatingConfiguration(
        directory: files.path("recordings"), policy: RotationPolicy(size: 300_000), tool: "test")
    ) { report in reports.withLock { $0.append(report) } }
    let forwarded = Mutex<[SessionID: [UInt8]]>([:])
    let thread = RotatingRecordingThread(
      recorder, queue: EventQueue(byteLimit: 256 << 10),
      onEvent: { event, _, _ in
        if case .bytes(_, let bytes) = event.kind {
          forwarded.withLock { $0[event.session, default: []] += bytes }
        }
      })
    let scripts = (1...40 as ClosedRange<UInt64>).map { number in
      var script = Script(number, client: "10.0.0.1:\(40_000 + number)")
      for round in 0..<10 as Range<UInt64> { script.server(noise(5_000, seed: number * 100 + round)) }
      script.close()
      return script
    }
    DispatchQueue.concurrentPerform(iterations: 4) { lane in
      for event in interleaved(scripts.filter { Int($0.id.rawValue) % 4 == lane }) { thread.receive(event) }
    }
    let summary = thread.finish()
    #expect(summary.sessionCount == 40 && summary.byteCount == 2_000_000 && summary.lostEventCount == 0)
    #expect(summary.recordingCount >= 4)
    #expect(thread.finish() == summary)
    let seen = forwarded.withLock { $0 }
    for script in scripts { #expect(seen[script.id] == script.stream(.serverToClient)) }
    let finished = reports.withLock { $0 }.count { if case .finished = $0 { true } else { false } }
    #expect(UInt64(finished) == summary.recordingCount)
  }

  @Test func `says what it has done, and follows another policy, while it runs`() throws {
    let files = try TemporaryDirectory()
    let recorder = try RotatingRecorder(
      RotatingConfiguration(directory: files.path("recordings"), policy: RotationPolicy(), tool: "test")
    ) { _ in }
    let thread = RotatingRecordingThread(recorder)
    var script = Script(1)
    script.server(noise(30_000))
    script.add(.gap(.serverToClient, byteCount: 5))
    for event in script.events { thread.receive(event) }
    try wait { thread.statistics.gapByteCount == 5 }
    let statistics = thread.statistics
    #expect(statistics.packetCount == 4 && statistics.byteCount == 30_000)
    #expect(statistics.openSessionCount == 1 && statistics.recordingCount == 1)
    #expect(statistics.queuedEventCount == 0 && statistics.lastFailure == nil)
    #expect(statistics.currentPath?.hasPrefix(files.path("recordings/relay-")) == true)
    thread.reconfigure(RotationPolicy(size: 1_000))
    try wait { thread.statistics.recordingCount > 1 }
    _ = thread.finish()
    #expect(thread.statistics.currentPath == nil)
  }

  private func wait(_ condition: () -> Bool) throws {
    // Patience with a busy machine; a second is the promise.
    let deadline = Date(timeIntervalSinceNow: 20)
    while !condition(), Date() < deadline { sched_yield() }
    try #require(condition())
  }
}
