public import Packets
import SessionEvents

/// Where a service records, and how.
public struct RotatingConfiguration: Hashable, Sendable {
  /// Holds the recordings; is created, with mode 0700, where its parent has no such directory.
  public var directory: String
  public var policy: RotationPolicy
  public var framing = PacketWriter.Framing.raw
  /// The most payload bytes of one TCP segment, from 1 to 65,495.
  public var segmentSize = PacketWriter.maximumSegmentSize
  public var portMap = PortMap.standard
  /// Program and version, for the sidecars' first lines: `wiretape 0.1.0`.
  public var tool: String

  public init(directory: String, policy: RotationPolicy, tool: String) {
    self.directory = directory
    self.policy = policy
    self.tool = tool
  }

  func recording(path: String, created: Timestamp) -> RecorderConfiguration {
    var configuration = RecorderConfiguration(path: path, tool: tool, created: created)
    configuration.framing = framing
    configuration.segmentSize = segmentSize
    configuration.portMap = portMap
    return configuration
  }
}
