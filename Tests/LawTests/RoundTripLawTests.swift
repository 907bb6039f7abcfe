import SessionEvents
import TestSupport
import Testing

@Suite struct `Law 2: round trip` {
  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `a recording with its sidecar gives the events back`(seed: UInt64) throws {
    let events = RandomTraffic.events(seed: seed)
    let replayed = try Recording(events).replayed().map(\.event)
    try expectSame(normalForm(replayed), normalForm(events))
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `small segments make no difference`(seed: UInt64) throws {
    let events = RandomTraffic.events(seed: seed)
    let replayed = try Recording(events, segmentSize: 1_448).replayed().map(\.event)
    try expectSame(normalForm(replayed), normalForm(events))
  }

  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `packets alone give back what packets can carry`(seed: UInt64) throws {
    var options = RandomTraffic.Options()
    options.hasUnprovableGaps = false
    let events = RandomTraffic.events(seed: seed, options)
    let replayed = try Recording(events).replayed(usesSidecar: false).map(\.event)
    try expectSame(withoutSidecarFacts(normalForm(replayed)), withoutSidecarFacts(normalForm(events)))
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `events have the indices 0, 1, 2 in each session`(seed: UInt64) throws {
    var next: [SessionID: UInt64] = [:]
    for event in try Recording(RandomTraffic.events(seed: seed)).replayed().map(\.event) {
      #expect(event.index == next[event.session, default: 0])
      next[event.session] = event.index + 1
    }
  }
}
