/// A capture made by hand: one DNS query from 10.0.0.1 to 10.0.0.2, and bytes to damage.
enum SmallCapture {
  /// pcap with microseconds, little-endian, link type 101 (raw IP).
  static let header: [UInt8] = header(linkType: 101)

  static func header(linkType: UInt8) -> [UInt8] {
    [
      0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, linkType, 0, 0, 0,
    ]
  }

  /// At 2026-11-24T08:15:02Z.
  static func record(_ packet: [UInt8]) -> [UInt8] {
    let length = [UInt8(packet.count & 0xff), UInt8(packet.count >> 8), 0, 0]
    return [0xa6, 0x4a, 0x05, 0x6b, 0, 0, 0, 0] + length + length + packet
  }

  /// A query for the address of a.test.
  static let query: [UInt8] =
    [
      0x45, 0, 0, 52, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
      0x9c, 0x40, 0, 53, 0, 32, 0, 0,
      0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1,
    ] + Array("a".utf8) + [4] + Array("test".utf8) + [0, 0, 1, 0, 1]

  static let whole = header + record(query)
}
