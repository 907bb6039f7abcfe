import Packets
import Replay
import SessionEvents
import TestSupport

/// Makes captures of raw IP, byte by byte, and replays them.
enum RawCapture {
  struct Reading {
    var events: [String]
    var notes: [String]
  }

  /// Replays packets, a second apart or at the seconds given, and returns the events in short.
  static func replay(
    _ packets: [[UInt8]], in directory: TemporaryDirectory, seconds: [UInt8]? = nil, sidecar: String? = nil,
    limits: ReassemblyLimits = ReassemblyLimits()
  ) throws -> Reading {
    var bytes: [UInt8] = [
      0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0,
    ]
    for (index, packet) in packets.enumerated() {
      let length = [UInt8(packet.count & 0xff), UInt8(packet.count >> 8), 0, 0]
      bytes += [seconds?[index] ?? UInt8(index), 0, 0, 0, 0, 0, 0, 0] + length + length + packet
    }
    let path = try directory.write(bytes, to: "a.pcap")
    if let sidecar { _ = try directory.write(Array(sidecar.utf8), to: "a.sessions.jsonl") }
    var events: [String] = []
    let notes = try RecordingReplayer(path: path, limits: limits).replay { event, packet in
      events.append("#\(event.session) \(Bench.short(event.kind)) @\(packet.map(String.init) ?? "-")")
    }
    return Reading(events: events, notes: notes.map(\.description))
  }

  /// An IPv4 packet from 10.0.0.1 to 10.0.0.2; `offset` is in units of 8 bytes.
  static func packet(
    _ payload: [UInt8], protocolNumber: UInt8 = 17, identification: UInt8 = 1, offset: UInt8 = 0,
    moreFragments: Bool = false
  ) -> [UInt8] {
    [
      0x45, 0, 0, UInt8(20 + payload.count), 0, identification, moreFragments ? 0x20 : 0, offset, 64,
      protocolNumber, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ] + payload
  }

  /// An IPv6 packet from fd00::1 to fd00::2 with a fragment header; `offset` is in units of 8 bytes.
  static func packet6(
    _ payload: [UInt8], protocolNumber: UInt8 = 17, identification: UInt8 = 1, offset: UInt8 = 0,
    moreFragments: Bool = false
  ) -> [UInt8] {
    let address: [UInt8] = [0xfd] + Array(repeating: 0, count: 14)
    return [0x60, 0, 0, 0, 0, UInt8(8 + payload.count), 44, 64] + address + [1] + address + [2]
      + [protocolNumber, 0, 0, offset << 3 | (moreFragments ? 1 : 0), 0, 0, 0, identification] + payload
  }

  /// A datagram from port 40000 to port 53.
  static func datagram(_ text: String) -> [UInt8] {
    [0x9c, 0x40, 0, 53, 0, UInt8(8 + text.utf8.count), 0, 0] + Array(text.utf8)
  }
}
