import CaptureFile
import Foundation
import Recorder
import SessionEvents
import Synchronization
import TestSupport
import Testing

@Suite struct `Recording thread` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  private func recorder() throws -> SessionRecorder {
    try SessionRecorder(
      RecorderConfiguration(path: files.path("a.pcap"), tool: "test", created: Timestamp(nanoseconds: 0)))
  }

  @Test func `records what several threads produce`() throws {
    let forwarded = Mutex<[SessionID: [UInt8]]>([:])
    let thread = RecordingThread(
      try recorder(), queue: EventQueue(byteLimit: 256 << 10),
      onEvent: { event, _ in
        if case .bytes(_, let bytes) = event.kind {
          forwarded.withLock { $0[event.session, default: []] += bytes }
        }
      },
      onFailure: { Issue.record("\($0)") })
    let scripts = (1...40 as ClosedRange<UInt64>).map { number in
      var script = Script(number, client: "10.0.0.1:\(40_000 + number)")
      for round in 0..<10 as Range<UInt64> { script.server(noise(20_000, seed: number * 100 + round)) }
      script.close()
      return script
    }
    DispatchQueue.concurrentPerform(iterations: 4) { lane in
      for event in interleaved(scripts.filter { Int($0.id.rawValue) % 4 == lane }) { thread.receive(event) }
    }
    let summary = thread.finish()
    #expect(summary.loss == nil)
    #expect(summary.sessionCount == 40)
    #expect(summary.byteCount == 40 * 200_000)
    #expect(try Tshark(path: files.path("a.pcap")).complaints() == [])
    let seen = forwarded.withLock { $0 }
    for script in scripts { #expect(seen[script.id] == script.stream(.serverToClient)) }
  }

  @Test func `flushes by itself`() throws {
    let thread = RecordingThread(try recorder()) { Issue.record("\($0)") }
    var script = Script(1)
    script.server("hello")
    for event in script.events { thread.receive(event) }
    // One second is the promise; the rest is patience with a busy machine.
    let deadline = Date(timeIntervalSinceNow: 20)
    var packetCount = 0
    while packetCount == 0, Date() < deadline {
      packetCount = try parts(ofRecordingAt: files.path("a.pcap")).packets.count
      sched_yield()
    }
    #expect(packetCount == 4)
    _ = thread.finish()
  }

  @Test func `closes the files when it is let go`() throws {
    do {
      let thread = RecordingThread(try recorder()) { Issue.record("\($0)") }
      for event in Script.exchange(1, client: "10.0.0.1:1", server: "10.0.0.2:80").events {
        thread.receive(event)
      }
    }
    #expect(try Tshark(path: files.path("a.pcap")).fields(["frame.number"]).count == 9)
  }

  @Test func `drops what comes after the end`() throws {
    let thread = RecordingThread(try recorder()) { Issue.record("\($0)") }
    let summary = thread.finish()
    thread.receive(Script(1).events[0])
    #expect(thread.finish() == summary)
    #expect(summary.packetCount == 0)
  }

  @Test func `reports events that cannot be, and goes on taking others`() throws {
    let failures = Mutex<[RecorderError]>([])
    let thread = RecordingThread(try recorder()) { error in failures.withLock { $0.append(error) } }
    var script = Script(1)
    script.server("x")
    thread.receive(script.events[1])
    for event in script.events { thread.receive(event) }
    let summary = thread.finish()
    #expect(failures.withLock { $0 } == [.misplacedEvent(SessionID(1))])
    #expect(summary.loss?.eventCount == 3)
  }
}
