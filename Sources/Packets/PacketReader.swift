/// Reads one captured frame down to its TCP segment or UDP datagram.
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
    let link = try LinkHeader.read(linkType, frame)
    let wireEnd = max(frame.count, originalLength ?? 0)
    switch link.family {
    case .ipv4: return try IPv4Header.read(frame, at: link.end, wireEnd: wireEnd)
    case .ipv6: return try IPv6Header.read(frame, at: link.end, wireEnd: wireEnd)
    }
  }

  /// Reads the transport layer out of `bytes`: of one packet, or of a payload put together from fragments.
  ///
  /// `payload` lies within `bytes`; `missingByteCount` says how many bytes the payload had beyond it.
  public static func transport(
    protocolNumber: UInt8, in bytes: Span<UInt8>, payload: Range<Int>, missingByteCount: Int = 0
  ) throws(PacketError) -> Packet.Content {
    let part = PayloadPart(range: payload, missingByteCount: missingByteCount)
    switch protocolNumber {
    case 6: return .tcp(try TCPSegment.read(bytes, part))
    case 17: return .udp(try UDPDatagram.read(bytes, part))
    default: return .other(protocolNumber: protocolNumber, payload: payload)
    }
  }
}

/// What a header carries: the captured range, and how much of it was not captured.
struct PayloadPart {
  var range: Range<Int>
  var missingByteCount: Int

  init(range: Range<Int>, missingByteCount: Int) {
    self.range = range
    self.missingByteCount = missingByteCount
  }

  /// From `start` to `end`, of which only the bytes before `capturedEnd` are there.
  init(from start: Int, to end: Int, capturedEnd: Int) {
    let captured = max(start, min(end, capturedEnd))
    range = start..<captured
    missingByteCount = max(0, end - captured)
  }

  /// The length that the headers claim, captured or not.
  var byteCount: Int { range.count + missingByteCount }

  /// The part from `count` bytes on; `count` is at most `range.count`.
  func dropping(_ count: Int) -> PayloadPart {
    PayloadPart(range: range.lowerBound + count..<range.upperBound, missingByteCount: missingByteCount)
  }

  /// At most the first `count` bytes.
  func prefix(_ count: Int) -> PayloadPart {
    PayloadPart(from: range.lowerBound, to: range.lowerBound + count, capturedEnd: range.upperBound)
  }
}
