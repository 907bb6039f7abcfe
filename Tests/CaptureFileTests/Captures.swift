import CaptureFile
import SessionEvents
import TestSupport

/// Writes a capture of these packets, one microsecond apart.
func writeCapture(_ path: String, _ packets: [[UInt8]]) throws {
  var writer = try CaptureWriter(path: path, linkNumber: 12)
  for (index, packet) in packets.enumerated() {
    try writer.write(time: Timestamp(nanoseconds: Int64(index) * 1_000), packet.span)
  }
  try writer.close()
}

/// What a reader says of a packet, with its bytes.
struct ReadPacket: Hashable {
  var packet: CapturedPacket
  var bytes: [UInt8]
}

/// Reads a capture's packets with what is said of them, and the error that ended it.
func readPackets(_ path: String) -> (packets: [ReadPacket], error: CaptureError?) {
  var packets: [ReadPacket] = []
  do throws(CaptureError) {
    var reader = try CaptureReader(path: path)
    while let packet = try reader.next({ ReadPacket(packet: $0, bytes: $1.copied) }) {
      packets.append(packet)
    }
  } catch {
    return (packets, error)
  }
  return (packets, nil)
}

/// Reads a capture's packets, and the error that ended it.
func readCapture(_ path: String) -> (packets: [[UInt8]], error: CaptureError?) {
  let (packets, error) = readPackets(path)
  return (packets.map(\.bytes), error)
}

extension Span<UInt8> {
  var copied: [UInt8] { withUnsafeBufferPointer { Array($0) } }
}
