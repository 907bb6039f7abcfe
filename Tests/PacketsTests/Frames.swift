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

  /// An IPv4 packet from 10.0.0.1 to 10.0.0.2 around a payload.
  static func ipv4(_ protocolNumber: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length = UInt16(20 + payload.count)
    return [0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 1, 0, 0, 64, protocolNumber, 0, 0]
      + [10, 0, 0, 1, 10, 0, 0, 2] + payload
  }

  /// An IPv6 packet from fd00::1 to fd00::2 around a payload.
  static func ipv6(_ nextHeader: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x60, 0, 0, 0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), nextHeader, 64]
      + [UInt8](hex: "fd00 0000 0000 0000 0000 0000 0000 0001 fd00 0000 0000 0000 0000 0000 0000 0002")
      + payload
  }

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
