/// How much torture holds of a recording, and how far it goes.
public struct TortureLimits: Hashable, Sendable {
  /// Packets with something of a session, and lines of the sidecar.
  public var items = 262_144
  /// Bytes of their payloads; a run takes about ten times as much.
  public var payloadBytes = 64 << 20
  /// Mutations of one round.
  public var mutationsPerRound = 256
  /// Whether segments are dropped, after which the exchanges of their sessions may be others by right.
  public var drops = true
  /// How many readings a failure's mutations may take to be made fewer.
  public var shrinkingReadings = 2_000

  public init() {}
}

/// Delays that a mutated capture may have, in nanoseconds.
enum TortureTime {
  /// A packet comes after another that was captured up to so much later.
  static let reach: Int64 = 100_000_000
}
