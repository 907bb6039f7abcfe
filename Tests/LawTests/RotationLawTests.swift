import Foundation
import Recorder
import Replay
import SessionEvents
import TestSupport
import Testing

/// The four laws, held by recordings that rotate while sessions are open.
@Suite struct `The laws on rotated recordings` {
  /// Rotates before about one event in `period`.
  private func rotated(
    _ events: [SessionEvent], seed: UInt64, period: UInt64 = 9, segmentSize: Int? = nil
  ) throws -> RotatedRecording {
    var random = SeededRandom(seed: seed)
    return try RotatedRecording(events, segmentSize: segmentSize) { _, recorder, _, forward in
      if random.next() % period == 0 { recorder.rotate(forward: forward) }
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `laws 2 and 4: together the recordings give the events back`(seed: UInt64) throws {
    let events = RandomTraffic.events(seed: seed)
    let recording = try rotated(events, seed: seed, period: 2 + seed % 12)
    #expect(recording.paths.count > 3)
    try expectSame(normalForm(try recording.joined()), normalForm(events))
    #expect(recording.summary.lostEventCount == 0 && recording.summary.lostPacketCount == 0)
    #expect(recording.summary.sessionCount == 12)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `laws 2 and 4: so they do when rotated by size`(seed: UInt64) throws {
    let events = RandomTraffic.events(seed: seed)
    let recording = try RotatedRecording(events, policy: RotationPolicy(size: 2_000 + seed % 4 * 8_000)) {
      _, _, _, _ in
    }
    #expect(recording.paths.count > 1)
    try expectSame(normalForm(try recording.joined()), normalForm(events))
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `law 3: a replay of each gives exactly the events that were forwarded of it`(seed: UInt64) throws {
    let recording = try rotated(
      RandomTraffic.events(seed: seed), seed: seed, segmentSize: seed % 2 == 0 ? 1_448 : nil)
    for path in recording.paths {
      let live = recording.forwarded[path] ?? []
      let offline = try recording.replayed(path)
      #expect(live.count == offline.count)
      for (live, offline) in zip(live, offline) where live != offline {
        Issue.record("live \("\(live)".prefix(300)), offline \("\(offline)".prefix(300))")
        break
      }
      #expect(Reports(live) == Reports(offline))
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `law 1: reports of each do not depend on how the bytes are split`(seed: UInt64) throws {
    let recording = try rotated(RandomTraffic.events(seed: seed), seed: seed)
    var random = SeededRandom(seed: seed)
    for path in recording.paths {
      let events = recording.forwarded[path] ?? []
      let split = EverySplit.splitting(events) { count in
        (0..<min(count, 40)).map { _ in Int(random.next() % UInt64(max(1, count))) }.filter { $0 > 0 }
          .sorted()
      }
      #expect(Reports(split) == Reports(events))
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `law 2: packets alone give back all bytes`(seed: UInt64) throws {
    var options = RandomTraffic.Options()
    options.hasUnprovableGaps = false
    let recording = try rotated(RandomTraffic.events(seed: seed, options), seed: seed)
    for path in recording.paths {
      let found = try recording.replayed(path, usesSidecar: false)
      #expect(byteCount(found) == byteCount(recording.forwarded[path] ?? []))
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `law 4: what was lost while nothing could be recorded is a gap with its count`(seed: UInt64) throws {
    let events = RandomTraffic.events(seed: seed)
    var random = SeededRandom(seed: seed)
    var now = monotonicNanoseconds()
    let recording = try RotatedRecording(events) { _, recorder, directory, forward in
      now += 500_000_000
      switch random.next() % 40 {
      case 0: recorder.rotate(forward: forward)
      // Replaced by another file: the recording fails, and the next begins at once, or when the pause is over.
      case 1:
        guard let path = recorder.statistics.currentPath else { return }
        try FileManager.default.moveItem(atPath: path, toPath: directory.path("moved\(now)"))
        _ = try directory.write([], to: "recordings/\(URL(filePath: path).lastPathComponent)")
        recorder.tick(now: now, forward: forward)
      case 2...12: recorder.tick(now: now, forward: forward)
      default: break
      }
    }
    try expectCounted(recording, events)
  }

  /// In the last recording of each session, bytes and gaps add up to all that was sent.
  private func expectCounted(_ recording: RotatedRecording, _ events: [SessionEvent]) throws {
    let whole = positions(events)
    var last: [Stream: UInt64] = [:]
    for path in recording.paths {
      let forwarded = recording.forwarded[path] ?? []
      for (stream, count) in positions(forwarded.map(\.event)) { last[stream] = count }
    }
    let ended = Set(
      recording.forwarded.values.joined().compactMap { event -> SessionID? in
        guard case .closed(let closing) = event.event.kind, closing.continuedIn == nil else { return nil }
        return event.event.session
      })
    for session in ended {
      for direction in Direction.allCases {
        let stream = Stream(session: session, direction: direction)
        #expect(last[stream] ?? 0 == whole[stream] ?? 0, "\(stream)")
      }
    }
  }

  private struct Stream: Hashable {
    var session: SessionID
    var direction: Direction
  }

  /// How far each stream is after these events, gaps counted.
  private func positions(_ events: [SessionEvent]) -> [Stream: UInt64] {
    var positions: [Stream: UInt64] = [:]
    for event in events {
      switch event.kind {
      case .bytes(let direction, let bytes), .datagram(let direction, let bytes):
        positions[Stream(session: event.session, direction: direction), default: 0] += UInt64(bytes.count)
      case .gap(let direction, let byteCount):
        positions[Stream(session: event.session, direction: direction), default: 0] += byteCount
      case .opened, .clientHello, .secured, .bypassed, .conflict, .halfClosed, .closed: break
      }
    }
    return positions
  }

  private func byteCount(_ events: [PacketEvent]) -> Int {
    events.reduce(0) { sum, event in
      switch event.event.kind {
      case .bytes(_, let bytes), .datagram(_, let bytes): sum + bytes.count
      case .opened, .clientHello, .secured, .bypassed, .gap, .conflict, .halfClosed, .closed: sum
      }
    }
  }

  private func monotonicNanoseconds() -> Int {
    Int(ProcessInfo.processInfo.systemUptime * 1_000_000_000)
  }
}
