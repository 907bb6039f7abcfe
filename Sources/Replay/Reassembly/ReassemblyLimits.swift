/// How much reassembly may hold; each limit that is hit is told in a note, and what it costs is a gap with a count.
public struct ReassemblyLimits: Hashable, Sendable {
  /// Bytes of one stream that wait for a hole before them to be filled.
  public var pendingBytesPerStream = 4 << 20
  /// Pieces of one stream that wait for a hole before them to be filled.
  public var pendingPiecesPerStream = 1_024
  /// Bytes that wait in all streams together, bookkeeping included.
  public var pendingBytesInAll = 64 << 20
  /// Sessions open at a time; past it the half that was silent longest is closed as `open`.
  public var openSessions = 65_536
  /// Ended connections that are remembered, so that their late segments open no new session.
  public var rememberedConnections = 4_096
  /// Nanoseconds of silence after which a datagram session is closed.
  public var datagramIdle: Int64 = 60_000_000_000

  public init() {}
}
