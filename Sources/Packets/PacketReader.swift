public import SessionEvents

/// Reads one captured frame down to its TCP segment or UDP datagram, through tunnels to the innermost packet.
///
/// Any input ends in a value or in a typed error, after a bounded number of steps. Checksums are not verified:
/// captures of outgoing packets have wrong ones wherever the network card computes them.
public struct PacketReader: Sendable {
  public let linkType: LinkType

  public init(linkType: LinkType) {
    self.linkType = linkType
  }

  /// Reads a frame.
  ///
  /// `originalLength` is its length on the wire, where the capture holds less of it; it matters only to packets
  /// that do not state their own length (segmentation offload leaves an IPv4 total length of 0).
  public func read(
    _ frame: Span<UInt8>, originalLength: Int? = nil
  ) throws(PacketError) -> Packet {
    let start = try LinkHeader.read(linkType, frame)
    let wireEnd = max(frame.count, originalLength ?? 0)
    return try Self.packet(Self.header(start, frame, wireEnd: wireEnd), frame)
  }

  /// Reads what a packet carries whose fragments were put together: `payload` is all that follows its headers.
  ///
  /// The packet that comes of it is another one where it is a tunnel's; its ranges count from the payload's first byte.
  /// `protocolNumber` is what the fragments name; `missingByteCount` bytes behind the payload are missing.
  public static func read(
    reassembled payload: Span<UInt8>, missingByteCount: Int = 0, protocolNumber: UInt8,
    from source: IPAddress,
    to destination: IPAddress
  ) throws(PacketError) -> Packet {
    let part = PayloadPart(range: 0..<payload.count, missingByteCount: missingByteCount)
    let content =
      switch source {
      case .v4: try IPv4Header.payload(payload, protocolNumber: protocolNumber, part)
      case .v6: try IPv6Header.content(payload, nextHeader: protocolNumber, part)
      }
    return try packet(NetworkHeader(source: source, destination: destination, content: content), payload)
  }

  // MARK: Layers

  private static func header(
    _ start: NetworkStart, _ frame: Span<UInt8>, wireEnd: Int
  ) throws(PacketError) -> NetworkHeader {
    switch start.family {
    case .ipv4: try IPv4Header.read(frame, at: start.offset, wireEnd: wireEnd)
    case .ipv6: try IPv6Header.read(frame, at: start.offset, wireEnd: wireEnd)
    }
  }

  /// Reads what follows a header, through tunnels.
  private static func packet(_ header: NetworkHeader, _ frame: Span<UInt8>) throws(PacketError) -> Packet {
    var header = header
    for _ in 0...Tunnel.maximumDepth {
      guard case .payload(let protocolNumber, let part) = header.content else { break }
      guard let start = try Tunnel.inner(protocolNumber, frame, part) else {
        let content = try transport(protocolNumber, frame, part)
        return Packet(source: header.source, destination: header.destination, content: content)
      }
      // What follows the outer packet in the frame is not the inner one's.
      header = try Self.header(
        start, frame.extracting(first: part.range.upperBound),
        wireEnd: part.range.upperBound + part.missingByteCount)
    }
    switch header.content {
    case .fragment(let fragment):
      return Packet(source: header.source, destination: header.destination, content: .fragment(fragment))
    case .payload(_, let part):
      throw .malformed(.link, offset: part.range.lowerBound, .tooManyHeaders)
    }
  }

  private static func transport(
    _ protocolNumber: UInt8, _ frame: Span<UInt8>, _ part: PayloadPart
  ) throws(PacketError) -> Packet.Content {
    switch protocolNumber {
    case 6: .tcp(try TCPSegment.read(frame, part))
    case 17: .udp(try UDPDatagram.read(frame, part))
    default: .other(protocolNumber: protocolNumber, payload: part.range)
    }
  }
}
