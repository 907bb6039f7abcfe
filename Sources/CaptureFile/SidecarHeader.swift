public import SessionEvents

/// The first line of a sidecar.
public struct SidecarHeader: Hashable, Sendable {
  public var created: Timestamp
  /// Program and version: `wiretape 0.1.0`.
  public var tool: String
  /// The framing of the capture's packets: `raw` or `ethernet`.
  public var linkType: String
  /// The command that was recorded, where there was one.
  public var command: [String]?

  public init(created: Timestamp, tool: String, linkType: String, command: [String]? = nil) {
    self.created = created
    self.tool = tool
    self.linkType = linkType
    self.command = command
  }

  /// The major version of the format that this code reads and writes.
  public static let version = 1
  static let format = "wiretape-sessions"
}

/// Where the sidecar of a capture lives: `NAME.pcap` has `NAME.sessions.jsonl`; nil for `-`.
public func sidecarPath(forCapture path: String) -> String? {
  guard path != "-" else { return nil }
  for suffix in [".pcap", ".pcapng", ".cap"] where path.hasSuffix(suffix) {
    let stem = path.dropLast(suffix.count)
    if !stem.isEmpty, !stem.hasSuffix("/") { return "\(stem).sessions.jsonl" }
  }
  return "\(path).sessions.jsonl"
}
