import Packets
import SessionEvents
import TestSupport
import Testing

@Suite struct `Packet writer` {
  private func endpoint(_ address: IPAddress, _ port: UInt16) -> Endpoint {
    Endpoint(address: address, port: port)
  }

  private func write(
    _ header: TCPHeader, _ payload: [UInt8], _ framing: PacketWriter.Framing = .raw
  ) throws -> [UInt8] {
    let writer = PacketWriter(framing: framing)
    var packet = [UInt8](repeating: 0xee, count: writer.headerLength(header)) + payload
    var span = packet.mutableSpan
    try writer.write(header, payload: PayloadSum(payload.span), into: &span)
    return packet
  }

  private func write(_ header: UDPHeader, _ payload: [UInt8]) throws -> [UInt8] {
    let writer = PacketWriter(framing: .raw)
    var packet = [UInt8](repeating: 0xee, count: writer.headerLength(header)) + payload
    var span = packet.mutableSpan
    try writer.write(header, payload: PayloadSum(payload.span), into: &span)
    return packet
  }

  /// The sum over pseudo header and IP payload, all ones where the transport checksum is right.
  private func transportSum(_ packet: [UInt8], protocolNumber: UInt16) -> UInt16 {
    let isIPv4 = packet[0] >> 4 == 4
    let start = isIPv4 ? 20 : 40
    var sum = InternetChecksum()
    sum.add(packet.span.extracting(isIPv4 ? 12..<20 : 8..<40))
    sum.add(word: UInt16(packet.count - start))
    sum.add(word: protocolNumber)
    sum.add(packet.span.extracting(start..<packet.count))
    return sum.foldedSum
  }

  @Test(arguments: [true, false]) func `writes segments that the reader reads`(_ isIPv4: Bool) throws {
    let header = TCPHeader(
      source: endpoint(isIPv4 ? Frames.v4Client : Frames.v6Client, 40_000),
      destination: endpoint(isIPv4 ? Frames.v4Server : Frames.v6Server, 80), sequence: 0xffff_fff0,
      acknowledgment: 7, flags: [.syn, .ack], window: 0xffff,
      options: TCPOptions(maximumSegmentSize: 65_495, windowScale: 10), identification: 9)
    for payload in [[], [1], Array("hello".utf8)] as [[UInt8]] {
      let bytes = try write(header, payload)
      let packet = try PacketReader(linkType: .raw).read(bytes)
      #expect(packet.source == header.source.address)
      #expect(packet.destination == header.destination.address)
      let segment = try #require(packet.tcp)
      #expect(segment.sourcePort == 40_000)
      #expect(segment.destinationPort == 80)
      #expect(segment.sequence == 0xffff_fff0)
      #expect(segment.acknowledgment == 7)
      #expect(segment.flags == [.syn, .ack])
      #expect(segment.options == header.options)
      #expect(Array(bytes[segment.payload]) == payload)
      #expect(transportSum(bytes, protocolNumber: 6) == 0xffff)
      if isIPv4 { #expect(ipv4HeaderSum(bytes) == 0xffff) }
    }
  }

  private func ipv4HeaderSum(_ packet: [UInt8]) -> UInt16 {
    var sum = InternetChecksum()
    sum.add(packet.span.extracting(0..<20))
    return sum.foldedSum
  }

  @Test func `writes the bytes of a known segment`() throws {
    let header = TCPHeader(
      source: endpoint(Frames.v4Client, 4660), destination: endpoint(Frames.v4Server, 80), sequence: 1,
      acknowledgment: 2, flags: [.psh, .ack], window: 4096, identification: 1)
    var expected = Frames.ipv4TCP
    // Computed apart: the header sums to 0xb169, pseudo header and segment to 0xc75c.
    expected.replaceSubrange(10..<12, with: [UInt8](hex: "4e96"))
    expected.replaceSubrange(36..<38, with: [UInt8](hex: "38a3"))
    #expect(try write(header, Array("hi".utf8)).hexText == expected.hexText)
  }

  @Test func `writes datagrams that the reader reads`() throws {
    for isIPv4 in [true, false] {
      let header = UDPHeader(
        source: endpoint(isIPv4 ? Frames.v4Client : Frames.v6Client, 5353),
        destination: endpoint(isIPv4 ? Frames.v4Server : Frames.v6Server, 53))
      let limit = PacketWriter.maximumDatagramSize(isIPv4: isIPv4)
      for count in [0, 1, 512, limit] {
        let payload = [UInt8](repeating: 0x5a, count: count)
        let bytes = try write(header, payload)
        let datagram = try #require(try PacketReader(linkType: .raw).read(bytes).udp)
        #expect(Array(bytes[datagram.payload]) == payload)
        #expect(datagram.missingByteCount == 0)
      }
      #expect(throws: PacketWriteError.self) {
        try write(header, [UInt8](repeating: 0, count: limit + 1))
      }
    }
  }

  @Test func `never writes a UDP checksum of zero`() throws {
    let header = UDPHeader(source: endpoint(.v4(0), 0), destination: endpoint(.v4(0), 0))
    // All else is zero: protocol 17 and twice the length 10 make 0x25; with 0xffda that is 0xffff, whose complement is 0.
    let bytes = try write(header, [0xff, 0xda])
    #expect(bytes[26...27] == [0xff, 0xff])
    #expect(transportSum(bytes, protocolNumber: 17) == 0xffff)
  }

  @Test func `frames packets as Ethernet with addresses of its own`() throws {
    let header = TCPHeader(
      source: endpoint(Frames.v4Client, 1), destination: endpoint(Frames.v4Server, 2), sequence: 0,
      acknowledgment: 0, flags: .syn, window: 1)
    let bytes = try write(header, [], .ethernet)
    #expect(bytes.prefix(14).map { $0 } == [UInt8](hex: "0204c6336402 0204c0000201 0800"))
    #expect(try PacketReader(linkType: .ethernet).read(bytes).tcp?.destinationPort == 2)
  }

  @Test func `refuses ends of two families`() throws {
    let header = UDPHeader(source: endpoint(Frames.v4Client, 1), destination: endpoint(Frames.v6Server, 2))
    #expect(throws: PacketWriteError.mixedFamilies(Frames.v4Client, Frames.v6Server)) {
      try write(header, [])
    }
  }
}
