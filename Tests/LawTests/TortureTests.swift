import ContentCoding
import Foundation
import Replay
import SessionEvents
import TestSupport
import Testing

/// Torture of recordings holds, and finds what is wrong with a reader.
@Suite struct `Torture of recordings` {
  static let captures = ["", "commands/", "corpus/"].flatMap { folder in
    Fixtures.files(in: folder).filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.map { folder + $0 }
  }.filter { $0 != "corpus/ppp__microsecs_big_endian.pcap" }

  @Test(arguments: captures) func `leaves every fixture's events as they are`(name: String) throws {
    let torture = Torture(try subject(name), seed: 1, services: ContentServices.system)
    for round in 0..<4 as Range<UInt64> {
      let failure = torture.play(round: round).failure
      #expect(failure == nil, "\(failure?.difference.description ?? "")")
    }
  }

  @Test(arguments: 36...43 as ClosedRange<UInt64>)
  func `leaves made-up sessions as they are, with the sidecar and without`(seed: UInt64) throws {
    let recording = try Recording(RandomTraffic.events(seed: seed))
    for usesSidecar in [true, false] {
      let replayer = RecordingReplayer(path: recording.path, usesSidecar: usesSidecar)
      let subject = try TortureSubject(replayer, services: ContentServices.system)
      let torture = Torture(subject, seed: seed, services: ContentServices.system)
      for round in 0..<4 as Range<UInt64> {
        let failure = torture.play(round: round).failure
        #expect(failure == nil, "\(failure?.difference.description ?? "")")
      }
    }
  }

  @Test func `makes the same captures of the same seed, and others of another`() throws {
    let subject = try subject("http1-pipelined.pcap")
    func packets(_ seed: UInt64) -> [[UInt8]] {
      let torture = Torture(subject, seed: seed, services: ContentServices.system)
      return (1...5).flatMap { packetBytes(torture.capture(torture.mutations(ofRound: $0))) }
    }
    #expect(packets(3) == packets(3))
    #expect(packets(3) != packets(4))
  }

  @Test func `makes mutations of every kind, and all of them change the capture`() throws {
    let subject = try subject("http1-pipelined.pcap")
    let torture = Torture(subject, seed: 1, services: ContentServices.system)
    let plain = packetBytes(torture.capture([]))
    var effective: Set<String> = []
    for round in 1...60 as ClosedRange<UInt64> {
      for mutation in torture.mutations(ofRound: round)
      where packetBytes(torture.capture([mutation])) != plain {
        effective.insert(kind(mutation))
      }
    }
    #expect(effective == ["renumber", "cut", "join", "again", "delay", "drop", "fragment"])
  }

  // MARK: Defects

  struct Defect: CustomTestStringConvertible, Sendable {
    var name: String
    /// What the defective reader makes of the packets, each with its sequence number.
    var damage: @Sendable ([TorturedCapture.Entry]) -> [TorturedCapture.Entry]
    var mutationsLeft: ClosedRange<Int>

    var testDescription: String { name }
  }

  static let defects = [
    Defect(
      name: "takes only segments that follow each other", damage: { inOrderOnly($0, allowsOld: true) },
      mutationsLeft: 1...2),
    Defect(
      name: "loses a segment that was sent again in part", damage: { inOrderOnly($0, allowsOld: false) },
      mutationsLeft: 1...2),
    Defect(
      name: "does not know that sequence numbers wrap", damage: withoutWrapping, mutationsLeft: 1...2),
    Defect(name: "does not put fragments together", damage: withoutFragments, mutationsLeft: 1...1),
  ]

  @Test(arguments: defects) func `catches a reader with a defect, and shrinks the case`(defect: Defect) throws
  {
    let subject = try subject("http1-pipelined.pcap")
    let torture = Torture(subject, seed: 5, services: ContentServices.system) { capture, emit in
      var capture = capture
      capture.entries = defect.damage(capture.entries)
      capture.read(emit)
    }
    var failure: Torture.Failure?
    for round in 0..<40 as Range<UInt64> where failure == nil { failure = torture.play(round: round).failure }
    let found = try #require(failure, "not caught")
    #expect(found.mutationCount > 2)
    #expect(defect.mutationsLeft.contains(found.mutations.count), "\(found.mutations)")
    #expect(torture.difference(found.mutations) == found.difference)
    // A reader without the defect has no objection.
    let sound = Torture(subject, seed: 5, services: ContentServices.system)
    #expect(sound.difference(found.mutations) == nil)
  }

  @Test func `catches a reader that does not count what is missing`() throws {
    let subject = try subject("http1-pipelined.pcap")
    let torture = Torture(subject, seed: 2, services: ContentServices.system) { capture, emit in
      capture.read { event, packet in
        if case .gap(let direction, let count) = event.kind {
          var event = event
          event.kind = .gap(direction, byteCount: count + 1)
          emit(event, packet)
        } else {
          emit(event, packet)
        }
      }
    }
    var failure: Torture.Failure?
    for round in 0..<40 as Range<UInt64> where failure == nil { failure = torture.play(round: round).failure }
    let found = try #require(failure, "not caught")
    #expect(found.mutations.map(kind) == ["drop"])
    #expect(found.difference.expected.contains("a gap of"))
  }

  // MARK: Saving

  @Test func `a saved capture tells what it told in memory`() throws {
    let directory = try TemporaryDirectory()
    let subject = try subject("http1-tls.pcap")
    let torture = Torture(subject, seed: 9, services: ContentServices.system)
    let capture = torture.capture(torture.mutations(ofRound: 4))
    try capture.write(to: directory.path("a.pcap"), tool: "tests")
    #expect(try directory.names() == ["a.pcap", "a.sessions.jsonl"])
    var inMemory: [PacketEvent] = []
    capture.read { inMemory.append(PacketEvent($0, packet: $1)) }
    var onDisk: [PacketEvent] = []
    let notes = try RecordingReplayer(path: directory.path("a.pcap")).replay {
      onDisk.append(PacketEvent($0, packet: $1))
    }
    #expect(notes.allSatisfy { !$0.isDamage })
    #expect(normalForm(onDisk.map(\.event)) == normalForm(inMemory.map(\.event)))
  }

  @Test func `refuses what is larger than it holds`() throws {
    var limits = TortureLimits()
    limits.items = 5
    let replayer = RecordingReplayer(path: Fixtures.folder.appending(path: "http1-tls.pcap").path)
    #expect(throws: ReplayError.self) {
      try TortureSubject(replayer, services: ContentServices.system, limits: limits)
    }
    limits = TortureLimits()
    limits.payloadBytes = 1_000
    #expect(throws: ReplayError.self) {
      try TortureSubject(replayer, services: ContentServices.system, limits: limits)
    }
  }

  // MARK: Helpers

  private func subject(_ name: String) throws -> TortureSubject {
    let replayer = RecordingReplayer(path: Fixtures.folder.appending(path: name).path)
    return try TortureSubject(replayer, services: ContentServices.system)
  }

  private func packetBytes(_ capture: TorturedCapture) -> [[UInt8]] {
    capture.entries.compactMap { entry in
      if case .packet(let packet) = entry { return packet.bytes }
      return nil
    }
  }

  private func kind(_ mutation: Mutation) -> String {
    String("\(Mirror(reflecting: mutation).children.first?.label ?? "")")
  }
}

extension TortureDifference {
  var description: String { "#\(session) @\(packet ?? 0): expected \(expected), found \(found)" }
}

/// What a defective reader needs of a bare IP packet with TCP in it.
private struct RawSegment {
  var flow: [UInt8]
  var sequence: UInt32
  var payloadCount: Int
  var isSYN: Bool

  init?(_ bytes: [UInt8]) {
    let isIPv4 = bytes[0] >> 4 == 4
    let start = isIPv4 ? 20 : 40
    guard bytes[isIPv4 ? 9 : 6] == 6, bytes.count >= start + 20 else { return nil }
    if isIPv4, bytes[6] & 0x3f != 0 || bytes[7] != 0 { return nil }
    flow = Array(bytes[(isIPv4 ? 12 : 8)..<start] + bytes[start..<start + 4])
    sequence = bytes[start + 4..<start + 8].reduce(0) { $0 << 8 | UInt32($1) }
    payloadCount = bytes.count - start - Int(bytes[start + 12] >> 4) * 4
    isSYN = bytes[start + 13] & 2 != 0
  }
}

private func filtering(
  _ entries: [TorturedCapture.Entry], _ keeps: (RawSegment) -> Bool
) -> [TorturedCapture.Entry] {
  entries.filter { entry in
    guard case .packet(let packet) = entry, let segment = RawSegment(packet.bytes) else { return true }
    return keeps(segment)
  }
}

/// Loses what comes before its turn; and, unless old bytes are allowed, what begins before the next byte.
private func inOrderOnly(_ entries: [TorturedCapture.Entry], allowsOld: Bool) -> [TorturedCapture.Entry] {
  var next: [[UInt8]: UInt32] = [:]
  return filtering(entries) { segment in
    let first = segment.sequence &+ (segment.isSYN ? 1 : 0)
    let expected = next[segment.flow] ?? first
    let distance = Int32(bitPattern: first &- expected)
    guard segment.payloadCount > 0 else {
      next[segment.flow] = expected
      return true
    }
    let end = first &+ UInt32(segment.payloadCount)
    let isOld = distance < 0 && Int32(bitPattern: end &- expected) > 0
    if allowsOld, distance > 0 { return false }
    if !allowsOld, isOld { return false }
    if Int32(bitPattern: end &- expected) > 0 { next[segment.flow] = end }
    return true
  }
}

/// Loses what has a number below the one before.
private func withoutWrapping(_ entries: [TorturedCapture.Entry]) -> [TorturedCapture.Entry] {
  var highest: [[UInt8]: UInt32] = [:]
  return filtering(entries) { segment in
    defer { highest[segment.flow] = max(highest[segment.flow] ?? 0, segment.sequence) }
    guard let earlier = highest[segment.flow] else { return true }
    return segment.sequence >= earlier || earlier - segment.sequence < 1 << 24
  }
}

private func withoutFragments(_ entries: [TorturedCapture.Entry]) -> [TorturedCapture.Entry] {
  entries.filter { entry in
    guard case .packet(let packet) = entry, packet.bytes[0] >> 4 == 4 else { return true }
    return packet.bytes[6] & 0x3f == 0 && packet.bytes[7] == 0
  }
}
