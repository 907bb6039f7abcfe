/// Why bytes are not read as an IP packet; offsets count from the first byte of the frame.
public enum PacketError: Error, Hashable, Sendable {
  /// The frame carries something else (ARP, LLDP …): legal noise, no defect.
  case notIP(protocolNumber: UInt32)
  /// The captured bytes end inside a header.
  case truncated(PacketLayer, offset: Int, needed: Int, had: Int)
  /// A header contradicts itself or its packet.
  case malformed(PacketLayer, offset: Int, PacketDefect)
}

/// A layer of a packet.
public enum PacketLayer: String, Hashable, Sendable, CaseIterable {
  case link
  case ipv4
  case ipv6
  case gre
  case tcp
  case udp
}

/// What is wrong with a header.
public enum PacketDefect: Hashable, Sendable {
  /// The IP version is not the one that the frame announces, or neither 4 nor 6.
  case version(UInt8)
  /// A header length below the minimum, or beyond the packet.
  case headerLength(Int)
  /// An IPv4 total length or UDP length that is shorter than its header, or longer than what carries it.
  case length(Int)
  /// More IPv6 extension headers, headers below IP, or tunnels within each other than the reader follows.
  case tooManyHeaders
}

extension PacketError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notIP(let number):
      "no IP packet: protocol 0x\(String(number, radix: 16))"
    case .truncated(let layer, let offset, let needed, let had):
      "\(layer.rawValue) header cut short at offset \(offset): needs \(needed) bytes, has \(had)"
    case .malformed(let layer, let offset, let defect):
      "malformed \(layer.rawValue) header at offset \(offset): \(defect)"
    }
  }
}

extension PacketDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .version(let version): "version \(version)"
    case .headerLength(let length): "header length \(length)"
    case .length(let length): "length \(length)"
    case .tooManyHeaders: "too many nested headers"
    }
  }
}
