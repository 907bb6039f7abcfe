import Packets
import Replay
import SessionEvents
import TestSupport
import Testing

@Suite struct `Recording replayer` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// Replays packets of raw IP, a second apart, and returns the events in short.
  private func replay(_ packets: [[UInt8]], sidecar: String? = nil) throws -> (
    events: [String], notes: [String]
  ) {
    var bytes: [UInt8] = [
      0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0,
    ]
    for (index, packet) in packets.enumerated() {
      let length = [UInt8(packet.count & 0xff), UInt8(packet.count >> 8), 0, 0]
      bytes += [UInt8(index), 0, 0, 0, 0, 0, 0, 0] + length + length + packet
    }
    let path = try directory.write(bytes, to: "a.pcap")
    if let sidecar { _ = try directory.write(Array(sidecar.utf8), to: "a.sessions.jsonl") }
    var events: [String] = []
    let notes = try RecordingReplayer(path: path).replay { event, packet in
      events.append("#\(event.session) \(Bench.short(event.kind)) @\(packet.map(String.init) ?? "-")")
    }
    return (events, notes.map(\.description))
  }

  /// An IPv4 packet from 10.0.0.1 to 10.0.0.2; `offset` is in units of 8 bytes.
  private func packet(
    _ payload: [UInt8], protocolNumber: UInt8 = 17, identification: UInt8 = 1, offset: UInt8 = 0,
    moreFragments: Bool = false
  ) -> [UInt8] {
    [
      0x45, 0, 0, UInt8(20 + payload.count), 0, identification, moreFragments ? 0x20 : 0, offset, 64,
      protocolNumber,
      0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ] + payload
  }

  /// A datagram from port 40000 to port 53.
  private func datagram(_ text: String) -> [UInt8] {
    [0x9c, 0x40, 0, 53, 0, UInt8(8 + text.utf8.count), 0, 0] + Array(text.utf8)
  }

  static let opened = "#1 udp 10.0.0.1:40000 > 10.0.0.2:53"

  @Test func `puts fragments together, in any order`() throws {
    let whole = datagram("sixteen letters!")
    let parts = [
      packet(Array(whole[16...]), offset: 2), packet(Array(whole[..<8]), moreFragments: true),
      packet(Array(whole[8..<16]), offset: 1, moreFragments: true),
    ]
    let (events, notes) = try replay(parts)
    #expect(events == ["\(Self.opened) @3", "#1 client datagram: sixteen letters! @3", "#1 closed idle @3"])
    #expect(notes == [])
  }

  @Test func `keeps the first bytes where fragments overlap`() throws {
    let whole = datagram("sixteen letters!")
    let parts = [
      packet(Array(whole[..<16]), moreFragments: true),
      packet(Array("XXXXXXXXletters!".utf8), offset: 1, moreFragments: false),
    ]
    #expect(try replay(parts).events[1] == "#1 client datagram: sixteen letters! @2")
  }

  @Test func `counts fragments without the rest, and packets that are none`() throws {
    let (events, notes) = try replay([
      packet(datagram("whole")),
      packet(Array(datagram("x").prefix(8)), identification: 2, moreFragments: true),
      packet([8, 0, 0, 0], protocolNumber: 1), [0x99, 1, 2], packet([1, 2, 3]),
    ])
    #expect(events.count == 3)
    #expect(
      notes == [
        "1 packet skipped: neither TCP nor UDP (IP protocol 1) (first: packet 3)",
        "1 packet skipped: malformed link header (first: packet 4)",
        "1 packet skipped: malformed udp header (first: packet 5)",
        "1 packet skipped: IP fragments without the rest (first: packet 2)",
      ])
  }

  static let header =
    #"{"format":"wiretape-sessions","v":1,"tool":"test","link_type":"raw","created":"2026-11-24T08:15:02.000000000Z"}"#

  static func line(_ after: Int, _ session: Int, _ rest: String) -> String {
    #"{"after":\#(after),"session":\#(session),"time":"1970-01-01T00:00:09.000000000Z",\#(rest)}"#
  }

  static let opening =
    #""event":"opened","transport":"udp","client":"10.0.0.1:40000","server":"192.0.2.1:53","interception":"redirect","#
    + #""as":{"client":"10.0.0.1:40000","server":"10.0.0.2:53"},"packet":1"#

  @Test func `takes endpoints and numbers from the sidecar`() throws {
    let totals = #"{"bytes":1,"crc32c":"00000000","packets":1}"#
    let sidecar = [
      Self.header, Self.line(0, 7, Self.opening),
      Self.line(
        1, 7, #""event":"closed","end":"idle","client_stream":\#(totals),"server_stream":\#(totals)"#),
    ]
    let (events, notes) = try replay(
      [packet(datagram("a")), packet(datagram("b"))], sidecar: sidecar.joined(separator: "\n") + "\n")
    #expect(
      events == [
        "#7 udp 10.0.0.1:40000 > 192.0.2.1:53 @1", "#7 client datagram: a @1", "#7 server gap 1 @1",
        "#7 closed idle @-",
        "#8 udp 10.0.0.1:40000 > 10.0.0.2:53 @2", "#8 client datagram: b @2", "#8 closed idle @2",
      ])
    #expect(notes == [])
  }

  @Test func `goes on by the packets where the sidecar is damaged`() throws {
    let sidecar = [Self.header, Self.line(0, 7, Self.opening), "{\"what\":", "no JSON either"]
    let (events, notes) = try replay([packet(datagram("a"))], sidecar: sidecar.joined(separator: "\n") + "\n")
    #expect(events.map { String($0.prefix(12)) } == ["#7 udp 10.0.", "#7 client da", "#7 closed id"])
    #expect(notes.count == 3)
    #expect(notes.filter { $0.contains("a.sessions.jsonl': line ") }.count == 2)
  }

  @Test func `says that a recording was cut off`() throws {
    let sidecar = [Self.header, Self.line(0, 7, Self.opening)].joined(separator: "\n") + "\n"
    let (events, notes) = try replay([packet(datagram("a"))], sidecar: sidecar)
    #expect(events.last == "#7 closed idle @1")
    #expect(notes == ["the recording was cut off while 1 session was open"])
  }

  @Test func `says that a capture lacks packets that its sidecar knows`() throws {
    let totals = #"{"bytes":3,"crc32c":"00000000","packets":3}"#
    let sidecar = [
      Self.header, Self.line(0, 7, Self.opening),
      Self.line(
        3, 7, #""event":"closed","end":"idle","client_stream":\#(totals),"server_stream":\#(totals)"#),
    ]
    let (events, notes) = try replay(
      [packet(datagram("a"))], sidecar: sidecar.joined(separator: "\n") + "\n")
    #expect(events.suffix(3) == ["#7 client gap 2 @1", "#7 server gap 3 @1", "#7 closed idle @-"])
    #expect(notes == ["'\(directory.path("a.pcap"))' lacks 2 packets at its end, says its sidecar"])
  }
}
