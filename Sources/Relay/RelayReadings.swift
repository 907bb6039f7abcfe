/// How a relay fares, beside what its sessions tell.
public struct RelayReadings: Hashable, Sendable {
  /// Whether connections wait until others have ended.
  public var isAcceptingPaused: Bool
  /// How often they had to.
  public var pauseCount: UInt64
  public var connectionLimit: Int?
  /// Connections that were closed because they were made to a listener itself.
  public var unredirectedCount: UInt64
  /// Connections of the relay's own that came back to it.
  public var loopCount: UInt64
  /// Leaf certificates that were signed.
  public var mintedCertificateCount: UInt64
}
