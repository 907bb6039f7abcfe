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

/// Reads a capture's packets, and the error that ended it.
func readCapture(_ path: String) throws -> (packets: [[UInt8]], error: CaptureError?) {
  var reader = try CaptureReader(path: path)
  var packets: [[UInt8]] = []
  do throws(CaptureError) {
    while let packet = try reader.next({ _, bytes in bytes.copied }) { packets.append(packet) }
  } catch {
    return (packets, error)
  }
  return (packets, nil)
}

extension Span<UInt8> {
  var copied: [UInt8] { withUnsafeBufferPointer { Array($0) } }
}
