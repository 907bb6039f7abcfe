import Packets
import SessionEvents
import TestSupport
import Testing

@Suite struct `Malformed packets` {
  struct Case {
    var what: String
    var link = LinkType.raw
    var frame: [UInt8]
    /// On the wire, where the capture has less of it.
    var originalLength: Int?
    var error: PacketError
  }

  static let cases = [
    Case(what: "nothing", frame: [], error: .truncated(.link, offset: 0, needed: 1, had: 0)),
    Case(what: "version 5", frame: [0x50], error: .malformed(.link, offset: 0, .version(5))),
    Case(
      what: "version 5 where IPv4 is announced", link: .ipv4, frame: [0x50],
      error: .malformed(.link, offset: 0, .version(5))),
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
      originalLength: Frames.ipv4TCP.count,
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
      what: "ARP", link: .ethernet, frame: [UInt8](hex: "ffffffffffff 020000000002 0806 0001"),
      error: .notIP(protocolNumber: 0x0806)),
    Case(
      what: "endless VLAN tags", link: .ethernet,
      frame: [UInt8](hex: "020000000001 020000000002")
        + Array(repeatElement([0x81, 0, 0, 1], count: 20).joined()),
      error: .malformed(.link, offset: 74, .tooManyHeaders)),
    Case(
      what: "endless MPLS labels", link: .ethernet,
      frame: [UInt8](hex: "020000000001 020000000002 8847") + [UInt8](repeating: 0, count: 100),
      error: .malformed(.link, offset: 70, .tooManyHeaders)),
    Case(
      what: "an MPLS label that carries something else", link: .ethernet,
      frame: [UInt8](hex: "020000000001 020000000002 8847 00001140 10000000"),
      error: .notIP(protocolNumber: 0x8847)),
    Case(
      what: "PPPoE discovery in a session", link: .pppoe, frame: [UInt8](hex: "11 a7 0001 0000"),
      error: .notIP(protocolNumber: 0x8864)),
    Case(
      what: "a PPP link being set up", link: .ppp, frame: [UInt8](hex: "ff03 c021 0101 0004"),
      error: .notIP(protocolNumber: 0xc021)),
    Case(
      what: "a spanning tree", link: .ethernet,
      frame: [UInt8](hex: "0180c2000000 020000000002 0026 424203 0000000000"),
      error: .notIP(protocolNumber: 0x4242)),
    Case(
      what: "SNAP of another organisation", link: .ethernet,
      frame: [UInt8](hex: "01000ccccccc 020000000002 0026 aaaa03 00000c 2000 0000"),
      error: .notIP(protocolNumber: 0x0c)),
    Case(
      what: "IEEE 802.2 that is no unnumbered information", link: .linuxCooked,
      frame: [UInt8](hex: "0004 0001 0006 020000000002 0000 0004 aaaa7f 000000 0800"),
      error: .notIP(protocolNumber: 0xaaaa)),
    Case(
      what: "half a GRE header", frame: Frames.ipv4(47, [0x20, 0, 8, 0, 1, 2]),
      error: .malformed(.gre, offset: 20, .headerLength(8))),
    Case(
      what: "a GRE header cut by the capture", frame: Array(Frames.ipv4(47, [0, 0, 8, 0, 0x45]).prefix(22)),
      originalLength: 25,
      error: .truncated(.gre, offset: 20, needed: 4, had: 2)),
    Case(
      what: "half an inner header", frame: Frames.ipv4(4, Array(Frames.ipv4TCP.prefix(19))),
      error: .truncated(.ipv4, offset: 20, needed: 20, had: 19)),
    Case(
      what: "an inner packet of another version", frame: Frames.ipv4(41, Frames.ipv4TCP),
      error: .malformed(.ipv6, offset: 20, .version(4))),
    Case(
      what: "endless tunnels",
      frame: (0..<9).reduce(Frames.ipv4TCP) { inner, _ in Frames.ipv4(4, inner) },
      error: .malformed(.link, offset: 200, .tooManyHeaders)),
    Case(
      what: "an authentication header beyond the packet", frame: Frames.ipv4(51, [6, 9, 0, 0, 0, 0, 0, 1]),
      error: .malformed(.ipv4, offset: 20, .headerLength(44))),
    Case(
      what: "an unknown address family", link: .null, frame: [7, 0, 0, 0],
      error: .notIP(protocolNumber: 0x0700_0000)),
  ]

  @Test(arguments: cases) func `are errors with a place`(_ testCase: Case) {
    #expect(throws: testCase.error, "\(testCase.what)") {
      try PacketReader(linkType: testCase.link).read(
        testCase.frame, originalLength: testCase.originalLength)
    }
  }

  @Test func `never trap, and never name bytes outside the frame`() {
    var random = SeededRandom(seed: 2)
    let seeds =
      [
        Frames.ipv4TCP, Frames.ipv6UDP,
        [UInt8](hex: "020000000001 020000000002 8100 0064 0800") + Frames.ipv4TCP,
        Frames.ipv6UDP(extensions: [UInt8](hex: "2c00 010400000000 1100 0011 0000002a"), first: 0),
      ] + Framing.all.map(\.frame)
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
