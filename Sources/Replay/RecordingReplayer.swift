public import CaptureFile
import Packets
public import SessionEvents

/// Reads a recording, or any capture with IP in it, as session events.
///
/// Its memory does not grow with the capture: sessions are put together while it is read, and a sidecar is merged by
/// position.
public struct RecordingReplayer: Sendable {
  public var path: String
  /// Whether to use the sidecar beside the capture, if there is one.
  public var usesSidecar: Bool
  public var limits: ReassemblyLimits
  /// Is told, from time to time, how much was read.
  public var progress: ReadingProgress?

  /// Prepares to read the capture at `path`; `-` is standard input, which has no sidecar.
  public init(path: String, usesSidecar: Bool = true, limits: ReassemblyLimits = ReassemblyLimits()) {
    self.path = path
    self.usesSidecar = usesSidecar
    self.limits = limits
  }

  /// Emits all events of the recording, each with the number of the packet that it came from, and returns what there is
  /// to say of the capture itself.
  ///
  /// `onPacket` is told of each packet's session.
  /// A capture or sidecar that is cut short or damaged is read as far as possible, and a note tells of it.
  ///
  /// - Throws: If the file cannot be opened, is no capture, frames its packets in an unknown way, or its sidecar
  ///   is none.
  public func replay(
    onPacket: PacketOwner? = nil, _ emit: ReplayEmit
  ) throws(ReplayError) -> [ReplayNote] {
    var reading = try RecordingReading.open(
      path: path, usesSidecar: usesSidecar, limits: limits, progress: progress)
    if let onPacket { reading.tellOwners(to: onPacket) }
    try reading.run(emit)
    return reading.notes
  }
}

/// Why a recording cannot be replayed at all.
public enum ReplayError: Error, Hashable, Sendable {
  case capture(CaptureError)
  /// A capture has more packets, or more bytes of them, than torture holds; which is told.
  case tooLargeForTorture(path: String, limit: String)
  /// A packet has more than any that can be written again.
  case packetTooLongForTorture(path: String, packet: UInt64)
}

extension ReplayError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .capture(let error): error.description
    case .tooLargeForTorture(let path, let limit):
      "'\(path)' has more than \(limit), and torture holds all of it"
    case .packetTooLongForTorture(let path, let packet):
      "'\(path)': packet \(packet) is longer than any that can be written"
    }
  }

  /// What to do about it; nil where there is nothing to say.
  public var hint: String? {
    switch self {
    case .capture(let error): error.hint
    case .tooLargeForTorture: "torture a part of it, as 'editcap -r FILE PART 1-100000' makes"
    case .packetTooLongForTorture: nil
    }
  }
}
