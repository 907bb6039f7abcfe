import SessionEvents

/// Writes the headers of IP packets, with right lengths and checksums, in front of a payload that stays in place.
///
/// The caller leaves `headerLength` bytes of room, has the payload behind them, and gives the payload's checksum
/// share, so that bulk bytes are read once, elsewhere.
public struct PacketWriter: Sendable {
  public let framing: Framing

  /// What stands before the IP header.
  public enum Framing: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case raw
    /// An Ethernet header, its locally administered addresses made from the IP addresses.
    case ethernet

    public var linkType: LinkType {
      switch self {
      case .raw: .raw
      case .ethernet: .ethernet
      }
    }

    var length: Int {
      switch self {
      case .raw: 0
      case .ethernet: 14
      }
    }
  }

  public init(framing: Framing) {
    self.framing = framing
  }

  /// No header of a packet is longer.
  public static let maximumHeaderLength = 14 + 40 + 60
  /// An IPv4 packet's length, its header included; an IPv6 packet's, its header not included.
  static let maximumLength = 65_535

  /// The most payload that fits into one TCP segment without options, IPv4 and IPv6 alike.
  public static let maximumSegmentSize = maximumLength - IPv4Header.minimumLength - TCPSegment.minimumLength

  /// The most payload that fits into one UDP datagram.
  public static func maximumDatagramSize(isIPv4: Bool) -> Int {
    maximumLength - UDPDatagram.headerLength - (isIPv4 ? IPv4Header.minimumLength : 0)
  }

  /// How many bytes `write` puts before the payload.
  public func headerLength(_ header: TCPHeader) -> Int {
    networkLength(header.source) + header.length
  }

  /// How many bytes `write` puts before the payload.
  public func headerLength(_ header: UDPHeader) -> Int {
    networkLength(header.source) + UDPDatagram.headerLength
  }

  /// Writes the headers of a segment into the first `headerLength` bytes of `packet`.
  public func write(
    _ header: TCPHeader, payload: PayloadSum, into packet: inout MutableSpan<UInt8>
  ) throws(PacketWriteError) {
    let envelope = Envelope(
      source: header.source.address, destination: header.destination.address, protocolNumber: 6,
      identification: header.identification, length: header.length + payload.byteCount)
    let start = try writeNetwork(envelope, into: &packet)
    packet.put(header.source.port, at: start)
    packet.put(header.destination.port, at: start + 2)
    packet.put(header.sequence, at: start + 4)
    packet.put(header.acknowledgment, at: start + 8)
    packet.put(UInt8(header.length / 4) << 4, at: start + 12)
    packet.put(header.flags.rawValue, at: start + 13)
    packet.put(header.window, at: start + 14)
    packet.put(UInt32(0), at: start + 16)
    writeOptions(header.options, at: start + TCPSegment.minimumLength, into: &packet)
    let checksum = envelope.checksum(payload, header: start..<start + header.length, in: packet)
    packet.put(checksum, at: start + 16)
  }

  /// Writes the headers of a datagram into the first `headerLength` bytes of `packet`.
  public func write(
    _ header: UDPHeader, payload: PayloadSum, into packet: inout MutableSpan<UInt8>
  ) throws(PacketWriteError) {
    let length = UDPDatagram.headerLength + payload.byteCount
    let envelope = Envelope(
      source: header.source.address, destination: header.destination.address, protocolNumber: 17,
      identification: header.identification, length: length)
    let start = try writeNetwork(envelope, into: &packet)
    packet.put(header.source.port, at: start)
    packet.put(header.destination.port, at: start + 2)
    packet.put(UInt16(length), at: start + 4)
    packet.put(UInt16(0), at: start + 6)
    let range = start..<start + UDPDatagram.headerLength
    let checksum = envelope.checksum(payload, header: range, in: packet)
    // RFC 768: zero would mean that there is no checksum.
    packet.put(checksum == 0 ? 0xffff : checksum, at: start + 6)
  }

  private func networkLength(_ endpoint: Endpoint) -> Int {
    framing.length + (endpoint.address.isIPv4 ? IPv4Header.minimumLength : IPv6Header.length)
  }

  private func writeOptions(_ options: TCPOptions, at start: Int, into packet: inout MutableSpan<UInt8>) {
    var offset = start
    if let size = options.maximumSegmentSize {
      packet.put(UInt32(0x0204_0000) | UInt32(size), at: offset)
      offset += 4
    }
    if let scale = options.windowScale {
      // A no-operation first, to end on a multiple of four bytes.
      packet.put(UInt32(0x0103_0300) | UInt32(scale), at: offset)
    }
  }
}
