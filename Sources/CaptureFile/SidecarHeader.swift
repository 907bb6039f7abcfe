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

/// Where the sidecar of a capture lives: `NAME.pcap` has `NAME.sessions.jsonl`, and so has `NAME.pcap.gz`; nil for `-`.
public func sidecarPath(forCapture path: String) -> String? {
  guard path != "-" else { return nil }
  let plain = dropping([".gz", ".zst"], from: path[...]) ?? path[...]
  return "\(dropping([".pcap", ".pcapng", ".cap"], from: plain) ?? path[...]).sessions.jsonl"
}

/// The path without the suffix that it has, where it has one and more of a name.
private func dropping(_ suffixes: [String], from path: Substring) -> Substring? {
  guard let suffix = suffixes.first(where: path.hasSuffix) else { return nil }
  let stem = path.dropLast(suffix.count)
  return stem.isEmpty || stem.hasSuffix("/") ? nil : stem
}
