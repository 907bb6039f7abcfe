import Packets
import SessionEvents
import TestSupport
import Testing

@Suite struct `Malformed packets` {
  struct Case {
    var what: String
    var link = LinkType.raw
    var frame: [UInt8]
    var error: PacketError
  }

  static let cases = [
    Case(what: "nothing", frame: [], error: .truncated(.link, offset: 0, needed: 1, had: 0)),
    Case(what: "version 5", frame: [0x50], error: .malformed(.link, offset: 0, .version(5))),
    Case(
      what: "version 6 where IPv4 is announced", link: .ipv4, frame: Frames.ipv6UDP,
      error: .malformed(.ipv4, offset: 0, .version(6))),
    Case(
      what: "version 4 where IPv6 is announced", link: .ipv6, frame: Frames.ipv4TCP,
      error: .malformed(.ipv6, offset: 0, .version(4))),
    Case(
      what: "half an IPv4 header", frame: Array(Frames.ipv4TCP.prefix(10)),
      error: .truncated(.ipv4, offset: 0, needed: 20, had: 10)),
    Case(
      what: "an IPv4 header length of 16", frame: Frames.changing(Frames.ipv4TCP, at: 0, to: [0x44]),
      error: .malformed(.ipv4, offset: 0, .headerLength(16))),
    Case(
      what: "IPv4 options beyond the capture",
      frame: Frames.changing(Array(Frames.ipv4TCP.prefix(22)), at: 0, to: [0x46]),
      error: .truncated(.ipv4, offset: 0, needed: 24, had: 22)),
    Case(
      what: "an IPv4 total length below its header",
      frame: Frames.changing(Frames.ipv4TCP, at: 2, to: [0, 19]),
      error: .malformed(.ipv4, offset: 2, .length(19))),
    Case(
      what: "half an IPv6 header", frame: Array(Frames.ipv6UDP.prefix(39)),
      error: .truncated(.ipv6, offset: 0, needed: 40, had: 39)),
    Case(
      what: "an IPv6 extension header beyond the packet",
      frame: Frames.ipv6UDP(extensions: [17, 200, 0, 0, 0, 0, 0, 0], first: 0),
      error: .malformed(.ipv6, offset: 40, .headerLength(1608))),
    Case(
      what: "endless IPv6 extension headers",
      frame: Frames.ipv6UDP(
        extensions: Array(repeatElement([60, 0, 0, 0, 0, 0, 0, 0], count: 20).joined()), first: 60),
      error: .malformed(.ipv6, offset: 176, .tooManyHeaders)),
    Case(
      what: "a TCP header cut by the capture", frame: Array(Frames.ipv4TCP.prefix(30)),
      error: .truncated(.tcp, offset: 20, needed: 20, had: 10)),
    Case(
      what: "a packet too short for TCP",
      frame: Frames.changing(Array(Frames.ipv4TCP.prefix(30)), at: 2, to: [0, 30]),
      error: .malformed(.tcp, offset: 20, .headerLength(20))),
    Case(
      what: "a TCP data offset of 16", frame: Frames.changing(Frames.ipv4TCP, at: 32, to: [0x40]),
      error: .malformed(.tcp, offset: 32, .headerLength(16))),
    Case(
      what: "a TCP data offset beyond the packet",
      frame: Frames.changing(Frames.ipv4TCP, at: 32, to: [0xf0]),
      error: .malformed(.tcp, offset: 20, .headerLength(60))),
    Case(
      what: "a UDP length below its header", frame: Frames.changing(Frames.ipv6UDP, at: 44, to: [0, 7]),
      error: .malformed(.udp, offset: 44, .length(7))),
    Case(
      what: "a UDP length beyond the packet", frame: Frames.changing(Frames.ipv6UDP, at: 44, to: [0, 12]),
      error: .malformed(.udp, offset: 44, .length(12))),
    Case(
      what: "ARP", link: .ethernet, frame: [UInt8](hex: "ffffffffffff 020000000002 0806 0001"),
      error: .notIP(protocolNumber: 0x0806)),
    Case(
      what: "endless VLAN tags", link: .ethernet,
      frame: [UInt8](hex: "020000000001 020000000002")
        + Array(repeatElement([0x81, 0, 0, 1], count: 9).joined()),
      error: .malformed(.link, offset: 34, .tooManyHeaders)),
    Case(
      what: "an unknown address family", link: .null, frame: [7, 0, 0, 0],
      error: .notIP(protocolNumber: 0x0700_0000)),
  ]

  @Test(arguments: cases) func `are errors with a place`(_ testCase: Case) {
    #expect(throws: testCase.error, "\(testCase.what)") {
      try PacketReader(linkType: testCase.link).read(testCase.frame)
    }
  }

  @Test func `never trap, and never name bytes outside the frame`() {
    var random = SeededRandom(seed: 2)
    let seeds = [
      Frames.ipv4TCP, Frames.ipv6UDP,
      [UInt8](hex: "020000000001 020000000002 8100 0064 0800") + Frames.ipv4TCP,
      Frames.ipv6UDP(extensions: [UInt8](hex: "2c00 010400000000 1100 0011 0000002a"), first: 0),
    ]
    for round in 0..<20_000 {
      var frame = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      frame = Array(frame.prefix(Int.random(in: 0...frame.count, using: &random)))
      for link in LinkType.allCases {
        guard let packet = try? PacketReader(linkType: link).read(frame, originalLength: 60) else { continue }
        #expect(payload(packet).upperBound <= frame.count)
      }
    }
  }

  private func payload(_ packet: Packet) -> Range<Int> {
    switch packet.content {
    case .tcp(let segment): segment.payload
    case .udp(let datagram): datagram.payload
    case .fragment(let fragment): fragment.payload
    case .other(protocolNumber: _, let payload): payload
    }
  }
}
