import Replay
import SessionEvents
import TestSupport
import Testing

@Suite struct `Law 4: nothing lost` {
  /// What was said, or is told to be missing, of each stream.
  struct Count: Hashable {
    var bytes: UInt64 = 0
    var gaps: UInt64 = 0
  }

  struct Stream: Hashable {
    var client: Endpoint
    var direction: Direction
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `dropped packets become gaps of the same size`(seed: UInt64) throws {
    var options = RandomTraffic.Options()
    options.hasUnprovableGaps = false
    options.hasUnfinishedSessions = false
    let recording = try Recording(RandomTraffic.events(seed: seed, options))
    let whole = counts(try recording.replayed(usesSidecar: false))
    var random = SeededRandom(seed: seed)
    let (header, records) = try recording.records()
    var dropped: UInt64 = 0
    let kept = records.filter { record in
      guard let count = tcpPayloadCount(record), random.next() % 4 == 0 else { return true }
      dropped += UInt64(count)
      return false
    }
    try recording.replaceCapture(with: header + kept.joined())
    let found = counts(try recording.replayed(usesSidecar: false))
    for (stream, count) in whole {
      let rest = found[stream, default: Count()]
      #expect(rest.bytes + rest.gaps == count.bytes + count.gaps, "\(stream)")
    }
    #expect(total(found) { $0.bytes } + dropped == total(whole) { $0.bytes })
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `a capture that is cut anywhere lacks only what its sidecar counts`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    let whole = counts(try recording.replayed())
    let bytes = try recording.capture()
    var random = SeededRandom(seed: seed)
    let cut = 24 + Int(random.next() % UInt64(bytes.count - 24))
    try recording.replaceCapture(with: Array(bytes.prefix(cut)))
    var events: [PacketEvent] = []
    _ = try RecordingReplayer(path: recording.path).replay { events.append(PacketEvent($0, packet: $1)) }
    let found = counts(events)
    for (stream, count) in whole {
      let rest = found[stream, default: Count()]
      #expect(rest.bytes + rest.gaps == count.bytes + count.gaps, "\(stream)")
    }
  }

  @Test func `says in which packet a capture is cut`() throws {
    let recording = try Recording(RandomTraffic.events(seed: 1))
    let (header, records) = try recording.records()
    try recording.replaceCapture(with: header + records[0] + records[1].dropLast(5))
    let notes = try RecordingReplayer(path: recording.path).replay { _, _ in }
    #expect(notes.map(\.firstPacket) == [2])
    let end = header.count + records[0].count + records[1].count - 5
    #expect(notes.map { "\($0)" } == ["'\(recording.path)' is cut short in packet 2, at byte \(end)"])
  }

  private func counts(_ events: [PacketEvent]) -> [Stream: Count] {
    var clients: [SessionID: Endpoint] = [:]
    var counts: [Stream: Count] = [:]
    for event in events.map(\.event) {
      if case .opened(let opening) = event.kind { clients[event.session] = opening.client }
      guard let client = clients[event.session] else { continue }
      switch event.kind {
      case .bytes(let direction, let bytes), .datagram(let direction, let bytes):
        counts[Stream(client: client, direction: direction), default: Count()].bytes += UInt64(bytes.count)
      case .gap(let direction, let byteCount):
        counts[Stream(client: client, direction: direction), default: Count()].gaps += byteCount
      case .opened, .clientHello, .secured, .bypassed, .conflict, .halfClosed, .closed: break
      }
    }
    return counts
  }

  private func total(_ counts: [Stream: Count], _ value: (Count) -> UInt64) -> UInt64 {
    counts.values.reduce(0) { $0 + value($1) }
  }

  /// The payload's size if the record, of a raw-IP capture, is a TCP segment with payload.
  private func tcpPayloadCount(_ record: [UInt8]) -> Int? {
    let packet = record.dropFirst(16)
    let isIPv4 = record[16] >> 4 == 4
    let ipLength = isIPv4 ? Int(record[16] & 0x0f) * 4 : 40
    guard record[16 + (isIPv4 ? 9 : 6)] == 6 else { return nil }
    let count = packet.count - ipLength - Int(record[16 + ipLength + 12] >> 4) * 4
    return count > 0 ? count : nil
  }
}
