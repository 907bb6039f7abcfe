import SessionEvents

/// What an IP header says of its payload.
struct Envelope {
  var source: IPAddress
  var destination: IPAddress
  var protocolNumber: UInt8
  var identification: UInt16
  /// Of the IP payload.
  var length: Int

  /// The checksum of a transport header in `packet`, its checksum field zero, with its payload and the pseudo
  /// header (RFC 9293 §3.1, RFC 8200 §8.1).
  func checksum(_ payload: PayloadSum, header: Range<Int>, in packet: borrowing MutableSpan<UInt8>) -> UInt16
  {
    var checksum = InternetChecksum()
    checksum.add(source)
    checksum.add(destination)
    checksum.add(word: UInt16(protocolNumber))
    checksum.add(word: UInt16(truncatingIfNeeded: length))
    checksum.add(packet.span.extracting(header))
    checksum.add(sum: payload.sum, byteCount: payload.byteCount)
    return checksum.value
  }
}

extension PacketWriter {
  /// Writes the link and IP headers; returns where the transport header begins.
  func writeNetwork(
    _ envelope: Envelope, into packet: inout MutableSpan<UInt8>
  ) throws(PacketWriteError) -> Int {
    let start = framing.length
    switch (envelope.source, envelope.destination) {
    case (.v4(let source), .v4(let destination)):
      try check(envelope.length, limit: Self.maximumLength - IPv4Header.minimumLength)
      writeLink(envelope, etherType: 0x0800, into: &packet)
      writeIPv4(envelope, source, destination, at: start, into: &packet)
      return start + IPv4Header.minimumLength
    case (.v6(let sourceHigh, let sourceLow), .v6(let destinationHigh, let destinationLow)):
      try check(envelope.length, limit: Self.maximumLength)
      writeLink(envelope, etherType: 0x86dd, into: &packet)
      // Version 6, no traffic class, no flow label.
      packet.put(UInt32(0x6000_0000), at: start)
      packet.put(UInt16(envelope.length), at: start + 4)
      packet.put(envelope.protocolNumber, at: start + 6)
      packet.put(Self.hopLimit, at: start + 7)
      packet.put(sourceHigh, at: start + 8)
      packet.put(sourceLow, at: start + 16)
      packet.put(destinationHigh, at: start + 24)
      packet.put(destinationLow, at: start + 32)
      return start + IPv6Header.length
    case (.v4, .v6), (.v6, .v4):
      throw .mixedFamilies(envelope.source, envelope.destination)
    }
  }

  private static let hopLimit: UInt8 = 64

  private func check(_ length: Int, limit: Int) throws(PacketWriteError) {
    guard length <= limit else { throw .payloadTooLong(length, limit: limit) }
  }

  private func writeIPv4(
    _ envelope: Envelope, _ source: UInt32, _ destination: UInt32, at start: Int,
    into packet: inout MutableSpan<UInt8>
  ) {
    packet.put(UInt16(0x4500), at: start)
    packet.put(UInt16(IPv4Header.minimumLength + envelope.length), at: start + 2)
    packet.put(envelope.identification, at: start + 4)
    // Don't fragment.
    packet.put(UInt16(0x4000), at: start + 6)
    packet.put(Self.hopLimit, at: start + 8)
    packet.put(envelope.protocolNumber, at: start + 9)
    packet.put(UInt16(0), at: start + 10)
    packet.put(source, at: start + 12)
    packet.put(destination, at: start + 16)
    var checksum = InternetChecksum()
    checksum.add(packet.span.extracting(start..<start + IPv4Header.minimumLength))
    packet.put(checksum.value, at: start + 10)
  }

  private func writeLink(_ envelope: Envelope, etherType: UInt16, into packet: inout MutableSpan<UInt8>) {
    guard framing == .ethernet else { return }
    writeHardwareAddress(of: envelope.destination, at: 0, into: &packet)
    writeHardwareAddress(of: envelope.source, at: 6, into: &packet)
    packet.put(etherType, at: 12)
  }

  /// A locally administered unicast address (IEEE 802 §8.4), the same for every packet of an IP address.
  private func writeHardwareAddress(
    of address: IPAddress, at offset: Int, into packet: inout MutableSpan<UInt8>
  ) {
    switch address {
    case .v4(let value):
      packet.put(UInt16(0x0204), at: offset)
      packet.put(value, at: offset + 2)
    case .v6(let high, let low):
      packet.put(UInt16(0x0206), at: offset)
      let mixed = high ^ low
      packet.put(UInt32(truncatingIfNeeded: mixed ^ mixed >> 32), at: offset + 2)
    }
  }
}

extension InternetChecksum {
  mutating func add(_ address: IPAddress) {
    switch address {
    case .v4(let value):
      add(word: UInt16(truncatingIfNeeded: value >> 16))
      add(word: UInt16(truncatingIfNeeded: value))
    case .v6(let high, let low):
      for half in [high, low] {
        for shift in stride(from: 48, through: 0, by: -16) {
          add(word: UInt16(truncatingIfNeeded: half >> shift))
        }
      }
    }
  }
}
