import Packets
import SessionEvents
import Testing

@Suite struct `Packet fragments` {
  struct Case: CustomTestStringConvertible {
    var addresses: (IPAddress, IPAddress)
    var payloadCount: Int
    var size: Int
    /// With the transport header's 8 bytes.
    var offsets: [Int]

    var testDescription: String { "\(payloadCount) bytes by \(size), \(addresses.0)" }
  }

  static let ipv4 = (IPAddress.v4(0x0a00_0001), IPAddress.v4(0x0a00_0002))
  static let ipv6 = (IPAddress.v6(0xfd00 << 48, 1), IPAddress.v6(0xfd00 << 48, 2))

  static let cases = [
    Case(addresses: ipv4, payloadCount: 40, size: 16, offsets: [0, 16, 32]),
    Case(addresses: ipv4, payloadCount: 41, size: 16, offsets: [0, 16, 32, 48]),
    Case(addresses: ipv4, payloadCount: 3, size: 8, offsets: [0, 8]),
    Case(addresses: ipv6, payloadCount: 40, size: 16, offsets: [0, 16, 32]),
    Case(addresses: ipv6, payloadCount: 1_000, size: 504, offsets: [0, 504]),
    Case(addresses: ipv6, payloadCount: 8, size: 64, offsets: [0]),
  ]

  @Test(arguments: cases) func `have the packet's payload, in order`(_ test: Case) throws {
    let packet = try datagram(test)
    let isIPv4 = test.addresses.0.isIPv4
    let fragments = PacketFragments.make(packet.span, size: test.size, identification: 0x1_2345)
    var payload: [UInt8] = []
    for (index, bytes) in fragments.enumerated() {
      let read = try PacketReader(linkType: .raw).read(bytes.span)
      #expect(read.source == test.addresses.0 && read.destination == test.addresses.1)
      if isIPv4 {
        let header = Array(bytes[..<20])
        var checksum = InternetChecksum()
        checksum.add(header.span)
        #expect(checksum.foldedSum == 0xffff)
      }
      // A single one is an atomic fragment (RFC 6946), a packet of its own.
      guard test.offsets.count > 1 else { return #expect(bytes.count == packet.count + (isIPv4 ? 0 : 8)) }
      guard case .fragment(let fragment) = read.content else {
        Issue.record("no fragment: \(read.content)")
        continue
      }
      #expect(fragment.offset == test.offsets[index] && fragment.protocolNumber == 17)
      #expect(fragment.moreFragments == (index < fragments.count - 1))
      #expect(fragment.identification == (isIPv4 ? 0x2345 : 0x1_2345))
      payload += bytes[fragment.payload]
    }
    #expect(fragments.count == test.offsets.count)
    #expect(payload == Array(packet.dropFirst(isIPv4 ? 20 : 40)))
  }

  private func datagram(_ test: Case) throws -> [UInt8] {
    let payload = (0..<test.payloadCount).map { UInt8(truncatingIfNeeded: $0) }
    let header = UDPHeader(
      source: Endpoint(address: test.addresses.0, port: 40_000),
      destination: Endpoint(address: test.addresses.1, port: 53))
    let writer = PacketWriter(framing: .raw)
    var bytes = [UInt8](repeating: 0, count: writer.headerLength(header))
    var span = bytes.mutableSpan
    try writer.write(header, payload: PayloadSum(payload.span), into: &span)
    return bytes + payload
  }
}
