import Packets
import SessionEvents
import TestSupport
import Testing

@Suite struct `Packet reader` {
  private let raw = PacketReader(linkType: .raw)

  @Test func `reads a TCP segment`() throws {
    let packet = try raw.read(Frames.ipv4TCP)
    #expect(packet.source == Frames.v4Client)
    #expect(packet.destination == Frames.v4Server)
    let segment = try #require(packet.tcp)
    #expect(segment.sourcePort == 4660)
    #expect(segment.destinationPort == 80)
    #expect(segment.sequence == 1)
    #expect(segment.acknowledgment == 2)
    #expect(segment.flags == [.psh, .ack])
    #expect(segment.window == 4096)
    #expect(segment.options == TCPOptions())
    #expect(segment.payload == 40..<42)
    #expect(segment.missingByteCount == 0)
  }

  @Test func `reads a UDP datagram`() throws {
    let packet = try raw.read(Frames.ipv6UDP)
    #expect(packet.source == Frames.v6Client)
    #expect(packet.destination == Frames.v6Server)
    let datagram = try #require(packet.udp)
    #expect(datagram.sourcePort == 53)
    #expect(datagram.destinationPort == 5353)
    #expect(datagram.payload == 48..<51)
  }

  @Test func `reads the address families of IPv6 in either byte order`() throws {
    for family in ["0a000000", "0000000a", "18000000", "1c000000", "1e000000"] {
      let packet = try PacketReader(linkType: .null).read([UInt8](hex: family) + Frames.ipv6UDP)
      #expect(packet.udp?.payload == 52..<55)
    }
  }

  @Test func `knows the link types by both their numbers`() {
    for type in LinkType.allCases { #expect(LinkType(number: type.number) == type) }
    #expect(LinkType(number: 101) == .raw)
    #expect(LinkType(number: 105) == nil)
  }

  @Test func `leaves out what follows the packet in its frame`() throws {
    let padded = Frames.ipv4TCP + [0, 0, 0, 0]
    #expect(try raw.read(padded).tcp?.payload == 40..<42)
  }

  @Test func `counts payload that was not captured`() throws {
    let cut = Array(Frames.ipv4TCP.dropLast())
    let segment = try #require(try raw.read(cut, originalLength: 42).tcp)
    #expect(segment.payload == 40..<41)
    #expect(segment.missingByteCount == 1)
    let datagram = try #require(try raw.read(Array(Frames.ipv6UDP.dropLast(3))).udp)
    #expect(datagram.payload == 48..<48)
    #expect(datagram.missingByteCount == 3)
  }

  @Test func `takes the frame's length where segmentation offload left none`() throws {
    let offloaded = Frames.changing(Frames.ipv4TCP, at: 2, to: [0, 0])
    let segment = try #require(try raw.read(offloaded, originalLength: 50).tcp)
    #expect(segment.payload == 40..<42)
    #expect(segment.missingByteCount == 8)
    let ipv6 = Frames.changing(Frames.ipv6UDP, at: 4, to: [0, 0])
    #expect(try raw.read(ipv6).udp?.payload == 48..<51)
  }

  @Test func `reads options of both headers`() throws {
    let options = [UInt8](hex: "0204 05b4 0103 0307 0101 080a 00000001 00000002")
    var frame = Array(Frames.ipv4TCP.prefix(20)) + [1, 1, 1, 0] + Frames.ipv4TCP[20..<40] + options + [7]
    frame[0] = 0x46
    frame[3] = UInt8(frame.count)
    frame[24 + 12] = UInt8(20 + options.count) << 2
    let segment = try #require(try raw.read(frame).tcp)
    #expect(segment.options == TCPOptions(maximumSegmentSize: 1460, windowScale: 7))
    #expect(segment.payload == frame.count - 1..<frame.count)
  }

  @Test func `ends the option list at a malformed option`() throws {
    for option in ["0300 0204", "0309 0204", "0303 0702", "0000 0204"] {
      var frame = Frames.ipv4TCP + [0, 0]
      frame[3] += 2
      frame[32] = 0x60
      frame.replaceSubrange(40..<44, with: [UInt8](hex: option))
      #expect(try raw.read(frame).tcp?.options.maximumSegmentSize == nil)
    }
  }

  @Test func `describes fragments of IPv4`() throws {
    let frame = Frames.changing(Frames.ipv4TCP, at: 4, to: [0xab, 0xcd, 0x20, 0x02])
    let fragment = try #require(try raw.read(frame).fragment)
    #expect(fragment.identification == 0xabcd)
    #expect(fragment.offset == 16)
    #expect(fragment.moreFragments)
    #expect(fragment.protocolNumber == 6)
    #expect(fragment.payload == 20..<42)
    let last = Frames.changing(Frames.ipv4TCP, at: 6, to: [0x00, 0x02])
    #expect(try raw.read(last).fragment?.moreFragments == false)
  }

  @Test func `reads a payload put together from fragments`() throws {
    let payload = Array(Frames.ipv4TCP.dropFirst(20))
    let packet = try PacketReader.read(
      reassembled: payload.span, protocolNumber: 6, from: Frames.v4Client, to: Frames.v4Server)
    #expect(packet.source == Frames.v4Client)
    #expect(packet.destination == Frames.v4Server)
    #expect(packet.tcp?.payload == 20..<22)
  }

  @Test func `follows extension headers and tunnels in a payload put together from fragments`() throws {
    let options = [UInt8](hex: "3300 010400000000 1102 0000 00000000 00000000 00000000")
    let datagram = options + Frames.ipv6UDP.dropFirst(40)
    let packet = try PacketReader.read(
      reassembled: datagram.span, protocolNumber: 60, from: Frames.v6Client, to: Frames.v6Server)
    #expect(packet.udp?.payload == 32..<35)
    let tunnel = [UInt8](hex: "0000 0800") + Frames.ipv4TCP
    let inner = try PacketReader.read(
      reassembled: tunnel.span, protocolNumber: 47, from: Frames.v6Client, to: Frames.v6Server)
    #expect(inner.source == Frames.v4Client)
    #expect(inner.tcp?.payload == 44..<46)
  }

  @Test func `passes over the extension headers of IPv6`() throws {
    // Hop-by-hop, destination options (16 bytes), routing, authentication, an atomic fragment.
    let extensions = [UInt8](
      hex: """
        3c00 010400000000 2b01 010c 000000000000000000000000 3300 000000000000
        2c04 0000 00000000 00000000 000000000000000000000000 1100 0000 0000002a
        """)
    let frame = Frames.ipv6UDP(extensions: extensions, first: 0)
    #expect(try raw.read(frame).udp?.payload == frame.count - 3..<frame.count)
  }

  @Test func `describes fragments of IPv6`() throws {
    let frame = Frames.ipv6UDP(extensions: [UInt8](hex: "1100 0011 0000002a"), first: 44)
    let fragment = try #require(try raw.read(frame).fragment)
    #expect(fragment.identification == 42)
    #expect(fragment.offset == 16)
    #expect(fragment.moreFragments)
    #expect(fragment.protocolNumber == 17)
    #expect(fragment.payload == 48..<59)
  }

  @Test func `gives other protocols by their number`() throws {
    let icmp = Frames.changing(Frames.ipv4TCP, at: 9, to: [1])
    #expect(try raw.read(icmp).content == .other(protocolNumber: 1, payload: 20..<42))
  }
}
