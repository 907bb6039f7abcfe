public import SessionEvents

/// One IP packet, as read; its ranges count from the first byte of the frame.
public struct Packet: Hashable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  public var content: Content

  public init(source: IPAddress, destination: IPAddress, content: Content) {
    self.source = source
    self.destination = destination
    self.content = content
  }

  public enum Content: Hashable, Sendable {
    case tcp(TCPSegment)
    case udp(UDPDatagram)
    /// A part of a larger packet; once put together, read it with `PacketReader.read(reassembled:)`.
    case fragment(IPFragment)
    /// Another protocol (ICMP, ESP …), by its IANA number.
    case other(protocolNumber: UInt8, payload: Range<Int>)
  }
}

/// A TCP segment (RFC 9293 §3.1).
public struct TCPSegment: Hashable, Sendable {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var sequence: UInt32
  public var acknowledgment: UInt32
  public var flags: TCPFlags
  /// As on the wire: not scaled.
  public var window: UInt16
  public var options: TCPOptions
  /// The captured part of the payload.
  public var payload: Range<Int>
  /// How many payload bytes the packet had beyond those captured.
  public var missingByteCount: Int
}

/// A UDP datagram (RFC 768).
public struct UDPDatagram: Hashable, Sendable {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  /// The captured part of the payload.
  public var payload: Range<Int>
  /// How many payload bytes the datagram had beyond those captured.
  public var missingByteCount: Int
}

/// A fragment of an IPv4 (RFC 791 §3.2) or IPv6 (RFC 8200 §4.5) packet, not reassembled.
public struct IPFragment: Hashable, Sendable {
  public var identification: UInt32
  /// Where the payload belongs in the whole one, in bytes: a multiple of 8.
  public var offset: Int
  public var moreFragments: Bool
  public var protocolNumber: UInt8
  /// The captured part of the payload.
  public var payload: Range<Int>
  /// How many payload bytes the fragment had beyond those captured.
  public var missingByteCount: Int
}

/// The control bits of a TCP header.
public struct TCPFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  public static let fin = TCPFlags(rawValue: 0x01)
  public static let syn = TCPFlags(rawValue: 0x02)
  public static let rst = TCPFlags(rawValue: 0x04)
  public static let psh = TCPFlags(rawValue: 0x08)
  public static let ack = TCPFlags(rawValue: 0x10)
  public static let urg = TCPFlags(rawValue: 0x20)
  public static let ece = TCPFlags(rawValue: 0x40)
  public static let cwr = TCPFlags(rawValue: 0x80)
}

/// The TCP options that matter here; others are skipped.
public struct TCPOptions: Hashable, Sendable {
  public var maximumSegmentSize: UInt16?
  /// The shift count (RFC 7323 §2.2).
  public var windowScale: UInt8?

  public init(maximumSegmentSize: UInt16? = nil, windowScale: UInt8? = nil) {
    self.maximumSegmentSize = maximumSegmentSize
    self.windowScale = windowScale
  }
}
