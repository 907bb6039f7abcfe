import CaptureFile
import SessionEvents

/// What a `SessionAssembler` takes, in order: everything that a recording's events come from.
enum Intake {
  case segment(SegmentHeader, [UInt8], PacketStamp)
  /// `missing` bytes at its end were not captured.
  case datagram(from: Endpoint, to: Endpoint, [UInt8], missing: Int, PacketStamp)
  case line(SidecarLine)
}
