import Foundation
import Replay
import SessionEvents
import TestSupport
import Testing

/// The laws on sessions that real programs had, as `tools/make-fixtures` recorded them.
@Suite struct `The laws on real sessions` {
  static let recordings = Fixtures.files(in: ".").filter { $0.hasSuffix(".pcap") }

  @Test func `there are recordings to hold to the laws`() {
    #expect(Self.recordings.count >= 10)
  }

  @Test(arguments: recordings)
  func `law 1: reports do not depend on how the bytes are split`(name: String) throws {
    let events = try replayed(name)
    let reports = Reports(events)
    #expect(!reports.show.isEmpty)
    // Every place would take minutes for the larger ones: single bytes where it hurts most, the rest at random.
    let inPieces = EverySplit.splitting(events) { count in Array(1..<max(1, min(count, 600))) }
    #expect(Reports(inPieces) == reports)
    var random = SeededRandom(seed: 1)
    for _ in 0..<5 {
      let atRandom = EverySplit.splitting(events) { count in
        (1..<max(1, count)).filter { _ in random.next() % 97 == 0 }
      }
      #expect(Reports(atRandom) == reports)
    }
  }

  @Test(arguments: recordings)
  func `law 2: recorded again, they give the same events`(name: String) throws {
    let events = try replayed(name).map(\.event)
    let again = try Recording(events).replayed().map(\.event)
    #expect(normalForm(again) == normalForm(events))
  }

  @Test(arguments: recordings)
  func `law 2: packets alone give back what packets can carry`(name: String) throws {
    let events = try replayed(name).map(\.event)
    let again = try Recording(events).replayed(usesSidecar: false).map(\.event)
    #expect(withoutSidecarFacts(normalForm(again)) == withoutSidecarFacts(normalForm(events)))
  }

  @Test(arguments: recordings)
  func `law 3: the reports made while recording are those made from the recording`(name: String) throws {
    let recording = try Recording(try replayed(name).map(\.event))
    #expect(Reports(recording.forwarded) == Reports(try recording.replayed()))
  }

  @Test(arguments: recordings)
  func `law 4: a recording that is cut anywhere lacks only what its sidecar counts`(name: String) throws {
    let recording = try Recording(try replayed(name).map(\.event))
    let whole = byteCount(try recording.replayed())
    let bytes = try recording.capture()
    var random = SeededRandom(seed: 1)
    for _ in 0..<10 {
      let cut = 24 + Int(random.next() % UInt64(bytes.count - 24))
      try recording.replaceCapture(with: Array(bytes.prefix(cut)))
      var events: [PacketEvent] = []
      _ = try RecordingReplayer(path: recording.path).replay { events.append(PacketEvent($0, packet: $1)) }
      #expect(byteCount(events) == whole, "cut at \(cut)")
    }
  }

  private func replayed(_ name: String) throws -> [PacketEvent] {
    var events: [PacketEvent] = []
    let path = Fixtures.folder.appending(path: name).path
    let notes = try RecordingReplayer(path: path).replay { events.append(PacketEvent($0, packet: $1)) }
    #expect(notes.isEmpty, "\(notes)")
    return events
  }

  /// What was said, and what is told to be missing.
  private func byteCount(_ events: [PacketEvent]) -> UInt64 {
    events.reduce(0) { sum, event in
      switch event.event.kind {
      case .bytes(_, let bytes), .datagram(_, let bytes): sum + UInt64(bytes.count)
      case .gap(_, let byteCount): sum + byteCount
      case .opened, .clientHello, .secured, .bypassed, .conflict, .halfClosed, .closed: sum
      }
    }
  }
}
