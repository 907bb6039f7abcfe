public import SessionEvents

/// What the writer needs to know of a TCP segment, beside its payload.
public struct TCPHeader: Hashable, Sendable {
  public var source: Endpoint
  public var destination: Endpoint
  public var sequence: UInt32
  public var acknowledgment: UInt32
  public var flags: TCPFlags
  /// As on the wire: not scaled.
  public var window: UInt16
  public var options: TCPOptions
  /// The IPv4 identification; IPv6 has none.
  public var identification: UInt16

  public init(
    source: Endpoint, destination: Endpoint, sequence: UInt32, acknowledgment: UInt32,
    flags: TCPFlags, window: UInt16, options: TCPOptions = TCPOptions(), identification: UInt16 = 0
  ) {
    self.source = source
    self.destination = destination
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.window = window
    self.options = options
    self.identification = identification
  }

  /// With options, to a multiple of four bytes.
  var length: Int { TCPSegment.minimumLength + options.paddedLength }
}

/// What the writer needs to know of a UDP datagram, beside its payload.
public struct UDPHeader: Hashable, Sendable {
  public var source: Endpoint
  public var destination: Endpoint
  /// The IPv4 identification; IPv6 has none.
  public var identification: UInt16

  public init(source: Endpoint, destination: Endpoint, identification: UInt16 = 0) {
    self.source = source
    self.destination = destination
    self.identification = identification
  }
}

/// A payload that the writer does not touch: how long it is, and its checksum's share.
public struct PayloadSum: Hashable, Sendable {
  public var byteCount: Int
  /// One's complement sum of big-endian words, folded, not complemented.
  public var sum: UInt16

  public init(byteCount: Int, sum: UInt16) {
    self.byteCount = byteCount
    self.sum = sum
  }

  /// Sums the bytes.
  public init(_ payload: Span<UInt8>) {
    var checksum = InternetChecksum()
    checksum.add(payload)
    self.init(byteCount: payload.count, sum: checksum.foldedSum)
  }

  public static let empty = PayloadSum(byteCount: 0, sum: 0)
}

/// Why a packet cannot be written.
public enum PacketWriteError: Error, Hashable, Sendable {
  /// One end is IPv4, the other IPv6.
  case mixedFamilies(IPAddress, IPAddress)
  /// The payload does not fit into one packet.
  case payloadTooLong(Int, limit: Int)
}

extension TCPOptions {
  var paddedLength: Int {
    (maximumSegmentSize == nil ? 0 : 4) + (windowScale == nil ? 0 : 4)
  }
}
