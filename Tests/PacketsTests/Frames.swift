import Packets
import SessionEvents
import TestSupport

/// Packets made by hand, byte by byte.
enum Frames {
  /// IPv4 192.0.2.1 → 198.51.100.2, TCP 4660 → 80, sequence 1, acknowledgment 2, PSH and ACK, "hi".
  static let ipv4TCP = [UInt8](
    hex: """
      4500 002a 0001 4000 4006 0000 c0000201 c6336402
      1234 0050 00000001 00000002 5018 1000 0000 0000 6869
      """)

  /// IPv6 2001:db8::1 → 2001:db8::2, UDP 53 → 5353, "ok!".
  static let ipv6UDP = [UInt8](
    hex: """
      60000000 000b 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002
      0035 14e9 000b 0000 6f6b21
      """)

  static let v4Client = IPAddress.v4(0xc000_0201)
  static let v4Server = IPAddress.v4(0xc633_6402)
  static let v6Client = IPAddress.v6(0x2001_0db8_0000_0000, 1)
  static let v6Server = IPAddress.v6(0x2001_0db8_0000_0000, 2)

  /// A copy with one or more bytes replaced, from `offset` on.
  static func changing(_ frame: [UInt8], at offset: Int, to bytes: [UInt8]) -> [UInt8] {
    var frame = frame
    frame.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    return frame
  }

  /// `ipv6UDP` with extension headers in front of the datagram.
  static func ipv6UDP(extensions: [UInt8], first: UInt8) -> [UInt8] {
    var frame = Array(ipv6UDP.prefix(40)) + extensions + ipv6UDP.dropFirst(40)
    frame[5] = UInt8(frame.count - 40)
    frame[6] = first
    return frame
  }
}

extension PacketReader {
  func read(_ bytes: [UInt8], originalLength: Int? = nil) throws(PacketError) -> Packet {
    try read(bytes.span, originalLength: originalLength)
  }
}

extension Packet {
  var tcp: TCPSegment? { if case .tcp(let segment) = content { segment } else { nil } }
  var udp: UDPDatagram? { if case .udp(let datagram) = content { datagram } else { nil } }
  var fragment: IPFragment? { if case .fragment(let fragment) = content { fragment } else { nil } }
}
