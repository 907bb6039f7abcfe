import SessionEvents
import TestSupport
import Testing

/// A verifier that finds nothing proves nothing.
@Suite struct `The every-split verifier` {
  static let events: [PacketEvent] = {
    var script = EventScript()
    script.client("abcdef")
    script.server("ghi")
    script.finish()
    return script.events
  }()

  @Test func `finds an output that depends on the number of events`() {
    let difference = EverySplit.firstDifference(of: Self.events) { $0.count }
    #expect(difference?.cut == "single bytes")
  }

  @Test func `finds an output that depends on one cut alone`() {
    let difference = EverySplit.firstDifference(of: Self.events, randomRounds: 0) { events in
      events.contains { $0.event.kind == .bytes(.clientToServer, Array("abcd".utf8)) }
    }
    #expect(difference?.cut == "event 1 cut at 4")
  }

  @Test func `finds nothing in an output of the joined bytes, their times and packets`() {
    let difference = EverySplit.firstDifference(of: Self.events) { events in
      events.flatMap { event in
        if case .bytes(let direction, let bytes) = event.event.kind {
          bytes.map { "\(direction) \($0) \(event.event.time) \(event.packet ?? 0)" }
        } else {
          ["\(event.event.kind)"]
        }
      }
    }
    #expect(difference == nil)
  }

  @Test func `numbers the pieces anew`() {
    let pieces = EverySplit.splitting(Self.events) { Array(1..<max(1, $0)) }
    #expect(pieces.map(\.event.index) == (0..<13).map { UInt64($0) })
  }
}
