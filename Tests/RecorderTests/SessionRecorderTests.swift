import CChecksums
import CaptureFile
import Packets
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Session recorder` {
  private func kinds(_ events: [PacketEvent]) -> [SessionEvent.Kind] { events.map(\.event.kind) }

  @Test func `forwards events in the pieces in which they were written`() throws {
    var script = Script(1)
    let body = noise(2_500)
    script.client("GET")
    script.server(body)
    script.server([])
    script.close()
    let recording = try Recording(script.events) { $0.segmentSize = 1_000 }
    let opening = script.events[0].kind
    #expect(
      kinds(recording.forwarded) == [
        opening, .bytes(.clientToServer, Array("GET".utf8)),
        .bytes(.serverToClient, Array(body[..<1_000])), .bytes(.serverToClient, Array(body[1_000..<2_000])),
        .bytes(.serverToClient, Array(body[2_000...])),
        .halfClosed(.clientToServer), .halfClosed(.serverToClient), .closed(SessionClosing(.fin)),
      ])
    #expect(recording.forwarded.map(\.event.index) == Array(0..<8))
    #expect(recording.forwarded.map(\.packet) == [1, 4, 5, 6, 7, 8, 10, nil])
    let time = script.events.map(\.time)
    #expect(
      recording.forwarded.map(\.event.time)
        == [time[0], time[1], time[2], time[2], time[2], time[4], time[4], time[4]])
  }

  @Test func `numbers the packets as the capture does`() throws {
    let scripts = (1...6).map {
      Script.exchange($0, client: "10.0.0.1:\(50_000 + $0)", server: "10.0.0.2:80")
    }
    let recording = try Recording(interleaved(scripts)) { $0.segmentSize = 10 }
    var payloads: [UInt64: [UInt8]] = [:]
    for case .packet(let packet, let bytes) in try recording.parts() {
      let read = try PacketReader(linkType: .raw).read(bytes.span)
      if case .tcp(let segment) = read.content, !segment.payload.isEmpty {
        payloads[packet.number] = Array(bytes[segment.payload])
      }
    }
    var forwarded: [UInt64: [UInt8]] = [:]
    for part in recording.forwarded {
      if case .bytes(_, let bytes) = part.event.kind, let packet = part.packet { forwarded[packet] = bytes }
    }
    #expect(!payloads.isEmpty)
    #expect(forwarded == payloads)
  }

  @Test func `holds a session back until it knows whether it is decrypted`() throws {
    let other = Script.exchange(2, client: "10.0.0.1:40001", server: "10.0.0.2:80")
    var script = Script(1, server: "93.184.216.34:443")
    script.add(.clientHello([1, 0, 0, 1, 9]))
    let early = script.events
    script.secure(alpn: "h2")
    script.close()
    let recording = try Recording(early + other.events + script.events.dropFirst(2))
    let ofFirst = recording.forwarded.filter { $0.event.session == SessionID(1) }
    #expect(ofFirst.map(\.packet) == [10, nil, nil, nil, 13, 15, nil])
    #expect(Array(kinds(ofFirst).prefix(4)) == script.events.prefix(4).map(\.kind))
    let lines = try recording.lines().filter { $0.session == SessionID(1) }
    #expect(lines.map(\.after) == [9, 12, 12, 12, 16])
    #expect(lines.map(\.packet) == [10, nil, nil, nil, nil])
    #expect(lines.map(\.eventKind) == script.events.map(\.kind))
    #expect(lines.map(\.time) == script.events.map(\.time))
  }

  @Test func `adds up each direction`() throws {
    var script = Script(1)
    let body = noise(150_000)
    script.client("GET")
    script.server(Array(body[..<70_000]))
    script.server(Array(body[70_000...]))
    script.close(.reset(by: .client))
    let recording = try Recording(script.events)
    guard case .closed(let closing, let totals)? = try recording.lines().last?.content else {
      Issue.record("no closing")
      return
    }
    #expect(closing == SessionClosing(.reset(by: .client)))
    #expect(totals.client == StreamTotals(byteCount: 3, crc32c: wtCRC32C(0, "GET", 3), packetCount: 1))
    let crc = wtCRC32C(0, body, body.count)
    #expect(totals.server == StreamTotals(byteCount: 150_000, crc32c: crc, packetCount: 4))
    #expect(recording.summary.sessionCount == 1)
    #expect(recording.summary.byteCount == 150_003)
  }

  @Test func `names the reset's packet`() throws {
    var script = Script(1)
    script.client("x")
    script.close(.reset(by: .server))
    let recording = try Recording(script.events)
    #expect(recording.forwarded.last?.packet == 5)
    #expect(try recording.lines().last?.packet == 5)
    #expect(recording.summary.packetCount == 5)
  }

  @Test func `closes as open what is open at the end`() throws {
    let first = Script(1)
    var second = Script(2, client: "10.0.0.1:40001")
    second.client("x")
    let recording = try Recording(first.events + second.events)
    #expect(
      kinds(recording.forwarded) == [
        second.events[0].kind, second.events[1].kind, first.events[0].kind,
        .closed(SessionClosing(.open)), .closed(SessionClosing(.open)),
      ])
    #expect(try Tshark(path: recording.path).complaints() == [])
  }

  @Test func `makes a gap of a datagram that fits into no packet`() throws {
    var script = Script(1, transport: .udp, server: "9.9.9.9:53")
    script.add(.datagram(.serverToClient, noise(65_508)), .datagram(.serverToClient, noise(3)))
    script.close(.idle)
    let recording = try Recording(script.events)
    #expect(kinds(recording.forwarded)[1] == .gap(.serverToClient, byteCount: 65_508))
    #expect(recording.forwarded.map(\.packet) == [nil, nil, 1, nil])
    #expect(try recording.lines()[1].content == .gap(.serverToClient, byteCount: 65_508))
  }

  @Test func `skips the sequence numbers of a gap`() throws {
    var script = Script(1)
    script.server("before")
    script.add(.gap(.serverToClient, byteCount: 1_000))
    script.server("after")
    script.close()
    let recording = try Recording(script.events)
    let sequences = try Tshark(path: recording.path).fields(
      ["tcp.seq"], ["-Y", "tcp.len > 0 && tcp.srcport == 80"])
    #expect(sequences == ["1", "1007"])
    #expect(try recording.lines()[1].content == .gap(.serverToClient, byteCount: 1_000))
  }

  struct Misplaced: CustomTestStringConvertible {
    var events: [SessionEvent]
    var message: String

    var testDescription: String { message }
  }

  static let misplaced: [Misplaced] = {
    var unopened = Script(1)
    unopened.client("x")
    var late = Script(1)
    late.close()
    late.client("x")
    var ended = Script(1)
    ended.add(.halfClosed(.clientToServer))
    ended.client("x")
    var datagram = Script(1)
    datagram.add(.datagram(.clientToServer, [1]))
    let mixed = Script(1, client: "[::1]:1", server: "10.0.0.1:2")
    return [
      Misplaced(
        events: [unopened.events[1]], message: "session 1: an event that cannot come here"),
      Misplaced(events: late.events, message: "session 1: an event that cannot come here"),
      Misplaced(
        events: Script(1).events + Script(1).events, message: "session 1: an event that cannot come here"),
      Misplaced(events: ended.events, message: "session 1: bytes of the client after its end"),
      Misplaced(events: datagram.events, message: "session 1: an event that cannot come here"),
      Misplaced(
        events: mixed.events, message: "session 1: [::1]:1 and 10.0.0.1:2 are of two IP versions"),
    ]
  }()

  @Test(arguments: misplaced) func `refuses events that cannot be`(_ misplaced: Misplaced) throws {
    let error = #expect(throws: RecorderError.self) { _ = try Recording(misplaced.events) }
    #expect(error?.description == misplaced.message)
  }

  @Test func `refuses segment sizes that fit into no packet`() {
    for size in [0, -1, 65_496] {
      #expect(throws: RecorderError.segmentSize(size, limit: 65_495)) {
        _ = try Recording([]) { $0.segmentSize = size }
      }
    }
  }

  @Test func `leaves no sidecar behind when the capture cannot be made`() throws {
    let files = try TemporaryDirectory()
    let path = try files.write([1], to: "a.pcap")
    let configuration = RecorderConfiguration(path: path, tool: "test", created: Timestamp(nanoseconds: 0))
    #expect(throws: RecorderError.file(.exists(path: path))) { _ = try SessionRecorder(configuration) }
    #expect(throws: CaptureError.self) { _ = try SidecarReader(path: files.path("a.sessions.jsonl")) }
  }

  @Test func `never lets the capture run ahead of the sidecar`() throws {
    let files = try TemporaryDirectory()
    var configuration = RecorderConfiguration(
      path: files.path("a.pcap"), tool: "test", created: Timestamp(nanoseconds: 0))
    configuration.segmentSize = 9_000
    var recorder = try SessionRecorder(configuration)
    var shownSessions = 0
    for number in 1...40 as ClosedRange<UInt64> {
      var script = Script(number, client: "10.0.0.1:\(40_000 + number)")
      script.server(noise(40_000))
      for event in script.events { try recorder.record(event) }
      // As after a kill: whatever the files hold at this moment.
      let parts = try parts(ofRecordingAt: files.path("a.pcap"))
      let opened = parts.lines.count { if case .opened = $0.content { true } else { false } }
      #expect(parts.packets.count <= opened * 8)
      shownSessions = opened
    }
    #expect(shownSessions > 20)
    try recorder.finish()
  }
}
