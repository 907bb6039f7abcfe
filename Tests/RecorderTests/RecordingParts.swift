import CaptureFile

/// A packet or a sidecar line of a recording.
enum RecordingPart {
  case line(SidecarLine)
  case packet(CapturedPacket, [UInt8])
}

/// Reads a recording back: every packet, and every line of its sidecar where its position puts it.
func parts(ofRecordingAt path: String) throws -> [RecordingPart] {
  var sidecar = try SidecarReader(path: sidecarPath(forCapture: path)!)
  var lines: [SidecarLine] = []
  while let line = try sidecar.next() { lines.append(line) }
  var rest = lines[...]
  var parts: [RecordingPart] = []
  func takeLines(after count: UInt64) {
    while let line = rest.first, line.after <= count { parts.append(.line(rest.removeFirst())) }
  }
  var capture = try CaptureReader(path: path)
  takeLines(after: 0)
  while let part = try capture.next({ packet, bytes in
    RecordingPart.packet(packet, bytes.withUnsafeBufferPointer { Array($0) })
  }) {
    parts.append(part)
    takeLines(after: capture.packetCount)
  }
  takeLines(after: .max)
  return parts
}

extension [RecordingPart] {
  var lines: [SidecarLine] {
    compactMap { if case .line(let line) = $0 { line } else { nil } }
  }

  var packets: [[UInt8]] {
    compactMap { if case .packet(_, let bytes) = $0 { bytes } else { nil } }
  }
}
