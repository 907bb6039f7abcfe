/// How much reassembly may hold, and for how long.
///
/// Where a limit costs bytes, a note tells that it was hit, and what is lost is a gap with a count.
/// docs/CAPTURES.md explains them all.
public struct ReassemblyLimits: Hashable, Sendable {
  /// Bytes of one stream that wait for a hole before them to be filled, bookkeeping included.
  public var pendingBytesPerStream = 16 << 20
  /// Pieces of one stream that wait for a hole before them to be filled.
  public var pendingPiecesPerStream = 8_192
  /// Bytes that wait in all streams together, bookkeeping included.
  public var pendingBytesInAll = 64 << 20
  /// Bytes of one stream, the last that were handed on, with which bytes that come again are compared.
  public var comparedBytesPerStream = 64 << 10
  /// Such bytes of all streams together; past it all are forgotten, and the comparison begins anew.
  public var comparedBytesInAll = 16 << 20
  /// Sessions open at a time; past it the half that was silent longest is closed as `open`.
  public var openSessions = 65_536
  /// Ended connections that are remembered, so that their late segments open no new session.
  public var rememberedConnections = 4_096
  /// Nanoseconds for which a connection that was reset goes on to take bytes that were under way.
  public var resetLinger: Int64 = 2_000_000_000
  /// Connections that were reset and are not closed yet; past it the first is closed.
  public var lingeringConnections = 4_096
  /// Nanoseconds of silence after which a datagram session is closed.
  public var datagramIdle: Int64 = 60_000_000_000
  /// Bytes of fragments in all incomplete packets together, bookkeeping included.
  public var fragmentBytesInAll = 16 << 20
  /// Fragments of one packet.
  public var fragmentsPerPacket = 1_024
  /// Nanoseconds for which the fragments of one IPv4 packet belong together (RFC 791 §3.2 suggests 15 s; Linux waits 30 s).
  public var fragmentTimeoutIPv4: Int64 = 30_000_000_000
  /// Nanoseconds for which the fragments of one IPv6 packet belong together (RFC 8200 §4.5).
  public var fragmentTimeoutIPv6: Int64 = 60_000_000_000

  public init() {}
}
