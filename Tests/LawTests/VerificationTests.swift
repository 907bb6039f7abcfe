import Foundation
import Recorder
import Replay
import SessionEvents
import TestSupport
import Testing

/// What `replay verify` says of recordings, whole and damaged.
@Suite struct `Verification of recordings` {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `proves whatever was recorded`(seed: UInt64) throws {
    let recording = try Recording(
      RandomTraffic.events(seed: seed), segmentSize: seed % 3 == 0 ? 1_448 : nil)
    let verdict = try RecordingVerifier(path: recording.path).verify()
    #expect(verdict.outcome == .proved, "\(verdict.differences.prefix(5)) \(verdict.doubts)")
    #expect(verdict.sessionCount == 12)
    let recorded = try recording.replayed().reduce(0) { $0 + $1.payloadCount }
    #expect(verdict.provedByteCount == UInt64(recorded))
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `proves recordings that rotated, and that their parts meet`(seed: UInt64) throws {
    let recording = try rotated(seed: seed)
    let verdicts = try recording.paths.map { ($0, try RecordingVerifier(path: $0).verify()) }
    for (path, verdict) in verdicts {
      #expect(verdict.outcome == .proved, "\(path) \(verdict.differences.prefix(5)) \(verdict.doubts)")
    }
    #expect(verdicts.flatMap(\.1.cuts).count > 4)
    #expect(RecordingChain(verdicts).differences.isEmpty)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `tells where parts do not meet`(seed: UInt64) throws {
    let recording = try rotated(seed: seed)
    let verdicts = try recording.paths.map { ($0, try RecordingVerifier(path: $0).verify()) }
    let continued = verdicts.filter {
      $0.1.cuts.contains { if case .comes = $0.side { true } else { false } }
    }
    let later = try #require(continued.last)
    // Another recording stands in the place of the one before.
    let other = try Recording(RandomTraffic.events(seed: seed + 1_000))
    let replaced = try verdicts.map { path, verdict in
      (path, path == later.0 ? verdict : try RecordingVerifier(path: other.path).verify())
    }
    let differences = RecordingChain(replaced).differences
    #expect(!differences.isEmpty)
    #expect(differences.allSatisfy { $0.path == later.0 && $0.difference.code == "continuation" })
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func `names the byte of a payload that was changed`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    var random = SeededRandom(seed: seed)
    let packets = try recording.packets()
    let loaded = packets.filter { !$0.payload.isEmpty }
    let packet = try #require(loaded.randomElement(using: &random))
    let place = try #require(packet.payload.randomElement(using: &random))
    var capture = try recording.capture()
    let recorded = capture[place]
    capture[place] ^= UInt8(1 + random.next() % 255)
    try recording.replaceCapture(with: capture)
    let verdict = try RecordingVerifier(path: recording.path).verify()
    #expect(verdict.differences.count == 1)
    let difference = try #require(verdict.differences.first)
    #expect(difference.packet == packet.number)
    guard case .byte(let offset, let found, recorded) = difference.kind else {
      Issue.record("\(difference)")
      return
    }
    #expect(found == capture[place])
    let before = packets.prefix { $0.number < packet.number }.filter { $0.isSameStream(as: packet) }
    let gaps = try recording.gaps(of: difference.session, difference.party, before: packet.number)
    let sent = before.reduce(0) { $0 + UInt64($1.payload.count) }
    #expect(offset == sent + gaps + UInt64(place - packet.payload.lowerBound))
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `finds every packet that is gone, doubled or elsewhere`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    let (header, records) = try recording.records()
    var random = SeededRandom(seed: seed)
    let place = Int(random.next() % UInt64(records.count))
    var dropped = records
    dropped.remove(at: place)
    var doubled = records
    doubled.insert(records[place], at: place)
    for changed in [dropped, doubled] {
      try recording.replaceCapture(with: header + changed.flatMap { $0 })
      let verdict = try RecordingVerifier(path: recording.path).verify()
      #expect(verdict.outcome == .differs, "packet \(place + 1) of \(records.count)")
      // One difference does not breed others.
      #expect(verdict.differenceCount <= 4, "packet \(place + 1): \(verdict.differences)")
    }
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func `ends in a verdict, whatever is changed`(seed: UInt64) throws {
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
    let verdict = try RecordingVerifier(path: recording.path).verify()
    #expect(verdict.differences.count <= Verdict.differenceLimit)
    for difference in verdict.differences { #expect(!difference.text.isEmpty) }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `does not call proved what the sidecar does not end`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    let lines = try recording.sidecar().split(separator: UInt8(ascii: "\n"))
    let isClosing = { (line: ArraySlice<UInt8>) in
      String(decoding: line, as: UTF8.self).contains("\"closed\"")
    }
    let last = try #require(lines.lastIndex(where: isClosing))
    try recording.replaceSidecar(with: Array(lines[..<last].joined(separator: [UInt8(ascii: "\n")])) + [10])
    let verdict = try RecordingVerifier(path: recording.path).verify()
    #expect(verdict.outcome == .unproved)
    #expect(verdict.doubts.count == 1)
  }

  private func rotated(seed: UInt64) throws -> RotatedRecording {
    var random = SeededRandom(seed: seed)
    return try RotatedRecording(RandomTraffic.events(seed: seed)) { _, recorder, _, forward in
      if random.next() % 9 == 0 { recorder.rotate(forward: forward) }
    }
  }
}

extension PacketEvent {
  fileprivate var payloadCount: Int {
    switch event.kind {
    case .bytes(_, let bytes), .datagram(_, let bytes): bytes.count
    default: 0
    }
  }
}

/// A packet of a capture with link type raw, by places in the file.
private struct PlacedPacket {
  var number: UInt64
  /// Addresses and ports.
  var ends: [UInt8]
  var payload: Range<Int>

  func isSameStream(as other: PlacedPacket) -> Bool { ends == other.ends }
}

extension Recording {
  fileprivate func packets() throws -> [PlacedPacket] {
    var packets: [PlacedPacket] = []
    var start = 24
    for record in try records().records {
      let packet = Array(record.dropFirst(16))
      let isIPv4 = packet[0] >> 4 == 4
      let header = isIPv4 ? 20 : 40
      let isTCP = packet[isIPv4 ? 9 : 6] == 6
      let length = header + (isTCP ? Int(packet[header + 12] >> 4) * 4 : 8)
      packets.append(
        PlacedPacket(
          number: UInt64(packets.count + 1), ends: Array(packet[(isIPv4 ? 12 : 8)..<(header + 4)]),
          payload: start + 16 + length..<start + record.count))
      start += record.count
    }
    return packets
  }

  /// What a stream lacks before a packet.
  fileprivate func gaps(of session: SessionID?, _ party: Party?, before packet: UInt64) throws -> UInt64 {
    var sum: UInt64 = 0
    for event in try replayed() where event.event.session == session {
      if let number = event.packet, number >= packet { break }
      if case .gap(let direction, let byteCount) = event.event.kind, direction.sender == party {
        sum += byteCount
      }
    }
    return sum
  }
}
