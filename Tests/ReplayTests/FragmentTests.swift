import Replay
import TestSupport
import Testing

@Suite struct `IP fragments` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  static let opened = "#1 udp 10.0.0.1:40000 > 10.0.0.2:53"
  /// Eight bytes of header and sixteen of text: three fragments of eight bytes.
  static let whole = RawCapture.datagram("sixteen letters!")
  static let parts = [Array(whole[..<8]), Array(whole[8..<16]), Array(whole[16...])]

  private func replay(
    _ packets: [[UInt8]], seconds: [UInt8]? = nil, limits: ReassemblyLimits = ReassemblyLimits()
  ) throws -> RawCapture.Reading {
    try RawCapture.replay(packets, in: directory, seconds: seconds, limits: limits)
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
  func `are put together, in any order`(_ order: [Int]) throws {
    for make in [RawCapture.packet, RawCapture.packet6] {
      let reading = try replay(order.map { make(Self.parts[$0], 17, 1, UInt8($0), $0 < 2) })
      #expect(reading.events.dropFirst() == ["#1 client datagram: sixteen letters! @3", "#1 closed idle @3"])
      #expect(reading.notes == [])
    }
  }

  @Test func `of two packets are told apart by their identification and protocol`() throws {
    let reading = try replay([
      RawCapture.packet(Self.parts[0], identification: 1, moreFragments: true),
      RawCapture.packet(Self.parts[0], identification: 2, moreFragments: true),
      RawCapture.packet(Array(repeating: 9, count: 16), protocolNumber: 1, identification: 1, offset: 1),
      RawCapture.packet(Array("XXXXXXXXYYYYYYYY".utf8), identification: 2, offset: 1),
      RawCapture.packet(Array(Self.whole[8...]), identification: 1, offset: 1),
    ])
    #expect(
      reading.events.filter { $0.contains("datagram") } == [
        "#1 client datagram: XXXXXXXXYYYYYYYY @4", "#1 client datagram: sixteen letters! @5",
      ])
  }

  @Test func `of IPv4 that overlap keep the first bytes`() throws {
    let reading = try replay([
      RawCapture.packet(Array(Self.whole[..<16]), moreFragments: true),
      RawCapture.packet(Array("XXXXXXXXletters!".utf8), offset: 1),
    ])
    #expect(reading.events[1] == "#1 client datagram: sixteen letters! @2")
    #expect(
      reading.notes == [
        "1 packet in fragments that overlap and differ; the first bytes stand (first: packet 2)"
      ])
  }

  @Test func `of IPv4 that repeat others are no matter`() throws {
    let parts = [
      RawCapture.packet(Self.parts[0], moreFragments: true),
      RawCapture.packet(Self.parts[0], moreFragments: true),
      RawCapture.packet(Array(Self.whole[8...]), offset: 1),
    ]
    let reading = try replay(parts)
    #expect(reading.events[1] == "#1 client datagram: sixteen letters! @3")
    #expect(reading.notes == [])
  }

  @Test func `of IPv6 that overlap are left out, and all of their packet`() throws {
    let reading = try replay([
      RawCapture.packet6(Array(Self.whole[..<16]), moreFragments: true),
      RawCapture.packet6(Array(Self.whole[8...]), offset: 1), RawCapture.packet6(Self.parts[2], offset: 2),
    ])
    #expect(reading.events == [])
    #expect(reading.notes == ["1 packet of IPv6 in fragments that overlap left out (first: packet 2)"])
  }

  @Test func `of IPv6 that only repeat others are no matter`() throws {
    let first = RawCapture.packet6(Self.parts[0], moreFragments: true)
    let reading = try replay([first, first, RawCapture.packet6(Array(Self.whole[8...]), offset: 1)])
    #expect(reading.events[1] == "#1 client datagram: sixteen letters! @3")
    #expect(reading.notes == [])
  }

  @Test func `that are a whole packet wait for nothing`() throws {
    let waiting = RawCapture.packet6(Self.parts[0], moreFragments: true)
    let reading = try replay([waiting, RawCapture.packet6(Self.whole)])
    #expect(reading.events[1] == "#1 client datagram: sixteen letters! @2")
  }

  @Test func `without the rest give a datagram's start, and say what is missing`() throws {
    let reading = try replay([RawCapture.packet(Array(Self.whole[..<16]), moreFragments: true)])
    #expect(
      reading.events == [
        "\(Self.opened) @1", "#1 client datagram: sixteen  @1", "#1 client gap 8 @1", "#1 closed idle @1",
      ])
    #expect(
      reading.notes == ["1 packet in fragments lack some; of datagrams their start is used (first: packet 1)"]
    )
  }

  @Test func `without the start, or of a segment, give nothing`() throws {
    let reading = try replay([
      RawCapture.packet(Self.parts[2], offset: 2),
      RawCapture.packet(
        Array(repeating: 0x50, count: 24), protocolNumber: 6, identification: 2, moreFragments: true),
    ])
    #expect(reading.events == [])
    #expect(
      reading.notes == [
        "2 packets in fragments lack some; of datagrams their start is used (first: packet 1)"
      ])
  }

  @Test func `are given up when their time is over`() throws {
    let packets = [
      RawCapture.packet(Array(Self.whole[..<16]), moreFragments: true),
      RawCapture.packet([], protocolNumber: 1),
      RawCapture.packet(Self.parts[2], offset: 2),
    ]
    let late = try replay(packets, seconds: [0, 31, 32])
    #expect(late.events[1] == "#1 client datagram: sixteen  @1")
    #expect(late.notes.contains { $0.hasPrefix("2 packets in fragments lack some") })
    let early = try replay(packets, seconds: [0, 29, 30])
    #expect(early.events[1] == "#1 client datagram: sixteen letters! @3")
  }

  @Test func `are given up when there are too many of a packet`() throws {
    var limits = ReassemblyLimits()
    limits.fragmentsPerPacket = 2
    let reading = try replay(
      [0, 2, 4, 6].map { RawCapture.packet(Self.parts[0], offset: $0, moreFragments: true) }, limits: limits)
    #expect(reading.events == [])
    #expect(
      reading.notes == [
        "1 packet hit the limit on fragments; incomplete packets were given up (first: packet 3)"
      ])
  }

  @Test func `are given up when they take too much room, the oldest first`() throws {
    var limits = ReassemblyLimits()
    limits.fragmentBytesInAll = 400
    let reading = try replay(
      (1...4).map {
        RawCapture.packet(Array(Self.whole[..<16]), identification: $0, moreFragments: true)
      } + [RawCapture.packet(Self.parts[2], identification: 4, offset: 2)], limits: limits)
    #expect(
      reading.events.filter { $0.contains("datagram") } == [
        "#1 client datagram: sixteen  @1", "#1 client datagram: sixteen  @2",
        "#1 client datagram: sixteen letters! @5", "#1 client datagram: sixteen  @3",
      ])
    #expect(reading.notes.first?.hasPrefix("2 packets hit the limit on fragments") == true)
  }

  @Test func `beyond the longest packet are left out`() throws {
    var packet = RawCapture.packet(Array(repeating: 1, count: 16), moreFragments: true)
    packet[6] = 0x3f
    packet[7] = 0xff
    let reading = try replay([packet])
    #expect(reading.events == [])
    #expect(
      reading.notes == ["1 packet with a fragment beyond the longest packet left out (first: packet 1)"])
  }
}
