import Replay
import SessionEvents
import TestSupport
import Testing

/// Whatever happens to a recording's files, what is read from them is a story that makes sense.
@Suite struct `Damaged recordings` {
  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `a sidecar that is cut anywhere loses no bytes`(seed: UInt64) throws {
    // Without the sidecar, gaps of 2 GiB and more would be taken for repetitions.
    var options = RandomTraffic.Options()
    options.hasUnprovableGaps = false
    let recording = try Recording(RandomTraffic.events(seed: seed, options))
    let whole = try byteCount(recording.replayed())
    var random = SeededRandom(seed: seed)
    let sidecar = try recording.sidecar()
    // The first line has to be whole: without it the file is not known to be a sidecar.
    let start = (sidecar.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
    let cut = start + Int(random.next() % UInt64(sidecar.count - start))
    try recording.replaceSidecar(with: Array(sidecar.prefix(cut)))
    let events = try replay(recording)
    expectSense(events)
    #expect(byteCount(events) == whole)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `bytes that are changed anywhere end in a story that makes sense`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    var random = SeededRandom(seed: seed)
    var capture = try recording.capture()
    var sidecar = try recording.sidecar()
    let start = (sidecar.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
    for _ in 0..<(1 << (random.next() % 10)) {
      capture[24 + Int(random.next() % UInt64(capture.count - 24))] ^= 1 << UInt8(random.next() % 8)
      let place = start + Int(random.next() % UInt64(sidecar.count - start))
      if random.next() % 4 == 0 { sidecar[place] = UInt8(ascii: "0") + UInt8(random.next() % 10) }
    }
    try recording.replaceCapture(with: capture)
    try recording.replaceSidecar(with: sidecar)
    expectSense(try replay(recording))
  }

  private func replay(_ recording: Recording) throws -> [PacketEvent] {
    var events: [PacketEvent] = []
    _ = try RecordingReplayer(path: recording.path).replay { events.append(PacketEvent($0, packet: $1)) }
    _ = Reports(events)
    return events
  }

  /// Every session opens first, closes last, and counts its events.
  private func expectSense(_ events: [PacketEvent]) {
    var next: [SessionID: UInt64] = [:]
    var closed: Set<SessionID> = []
    for event in events.map(\.event) {
      let index = next[event.session, default: 0]
      #expect(event.index == index)
      #expect(!closed.contains(event.session))
      if case .opened = event.kind { #expect(index == 0) } else { #expect(index > 0) }
      if case .closed = event.kind { closed.insert(event.session) }
      next[event.session] = index + 1
    }
    #expect(closed.count == next.count)
  }

  private func byteCount(_ events: [PacketEvent]) -> Int {
    events.reduce(0) { sum, event in
      switch event.event.kind {
      case .bytes(_, let bytes), .datagram(_, let bytes): sum + bytes.count
      default: sum
      }
    }
  }
}
