import SessionEvents
import TestSupport
import Testing

@Suite struct `Law 3: live equals offline` {
  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `a replay gives exactly the events that the recorder forwarded`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    let replayed = try recording.replayed()
    #expect(replayed.count == recording.forwarded.count)
    for (live, offline) in zip(recording.forwarded, replayed) where live != offline {
      Issue.record("live \("\(live)".prefix(300)), offline \("\(offline)".prefix(300))")
      break
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `both reports are byte-equal`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    let live = Reports(recording.forwarded)
    let offline = Reports(try recording.replayed())
    #expect(!live.show.isEmpty)
    #expect(live.show == offline.show)
    #expect(live.exchanges == offline.exchanges)
  }
}
