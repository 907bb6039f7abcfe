public import Packets
public import SessionEvents

/// What to record where, and how.
public struct RecorderConfiguration: Hashable, Sendable {
  /// The capture's path, beside which the sidecar stands; `-` is standard output, and has no sidecar.
  public var path: String
  /// Whether an existing recording gives way.
  public var replacesExisting = false
  public var framing = PacketWriter.Framing.raw
  /// The most payload bytes of one TCP segment, from 1 to 65,495.
  public var segmentSize = PacketWriter.maximumSegmentSize
  public var portMap = PortMap.standard
  /// Program and version, for the sidecar's first line: `wiretape 0.1.0`.
  public var tool: String
  /// The recorded command, for the sidecar's first line.
  public var command: [String]?
  /// When the recording began.
  public var created: Timestamp

  public init(path: String, tool: String, command: [String]? = nil, created: Timestamp) {
    self.path = path
    self.tool = tool
    self.command = command
    self.created = created
  }
}
