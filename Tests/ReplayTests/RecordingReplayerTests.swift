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

  private func replay(_ packets: [[UInt8]], sidecar: String? = nil) throws -> RawCapture.Reading {
    try RawCapture.replay(packets, in: directory, sidecar: sidecar)
  }

  private func packet(_ payload: [UInt8], protocolNumber: UInt8 = 17) -> [UInt8] {
    RawCapture.packet(payload, protocolNumber: protocolNumber)
  }

  private func datagram(_ text: String) -> [UInt8] { RawCapture.datagram(text) }

  static let opened = "#1 udp 10.0.0.1:40000 > 10.0.0.2:53"

  @Test func `counts packets that are none`() throws {
    let reading = try replay([
      packet(datagram("whole")), packet([8, 0, 0, 0], protocolNumber: 1), [0x99, 1, 2], packet([1, 2, 3]),
    ])
    #expect(reading.events.count == 3)
    #expect(
      reading.notes == [
        "1 packet skipped: neither TCP nor UDP (IP protocol 1) (first: packet 2)",
        "1 packet skipped: malformed link header (first: packet 3)",
        "1 packet skipped: malformed udp header (first: packet 4)",
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
    let reading = try replay(
      [packet(datagram("a")), packet(datagram("b"))], sidecar: sidecar.joined(separator: "\n") + "\n")
    #expect(
      reading.events == [
        "#7 udp 10.0.0.1:40000 > 192.0.2.1:53 @1", "#7 client datagram: a @1", "#7 server gap 1 @1",
        "#7 closed idle @-",
        "#8 udp 10.0.0.1:40000 > 10.0.0.2:53 @2", "#8 client datagram: b @2", "#8 closed idle @2",
      ])
    #expect(reading.notes == [])
  }

  @Test func `goes on by the packets where the sidecar is damaged`() throws {
    let sidecar = [Self.header, Self.line(0, 7, Self.opening), "{\"what\":", "no JSON either"]
    let reading = try replay([packet(datagram("a"))], sidecar: sidecar.joined(separator: "\n") + "\n")
    #expect(reading.events.map { String($0.prefix(12)) } == ["#7 udp 10.0.", "#7 client da", "#7 closed id"])
    #expect(reading.notes.count == 3)
    #expect(reading.notes.filter { $0.contains("a.sessions.jsonl': line ") }.count == 2)
  }

  @Test func `says that a recording was cut off`() throws {
    let sidecar = [Self.header, Self.line(0, 7, Self.opening)].joined(separator: "\n") + "\n"
    let reading = try replay([packet(datagram("a"))], sidecar: sidecar)
    #expect(reading.events.last == "#7 closed idle @1")
    #expect(reading.notes == ["the recording was cut off while 1 session was open"])
  }

  @Test func `says that a capture lacks packets that its sidecar knows`() throws {
    let totals = #"{"bytes":3,"crc32c":"00000000","packets":3}"#
    let sidecar = [
      Self.header, Self.line(0, 7, Self.opening),
      Self.line(
        3, 7, #""event":"closed","end":"idle","client_stream":\#(totals),"server_stream":\#(totals)"#),
    ]
    let reading = try replay(
      [packet(datagram("a"))], sidecar: sidecar.joined(separator: "\n") + "\n")
    #expect(reading.events.suffix(3) == ["#7 client gap 2 @1", "#7 server gap 3 @1", "#7 closed idle @-"])
    #expect(reading.notes == ["'\(directory.path("a.pcap"))' lacks 2 packets at its end, says its sidecar"])
  }
}
