public import SessionEvents

/// One line of a sidecar: something that happened and that packets cannot carry.
public struct SidecarLine: Hashable, Sendable {
  /// How many packets the capture had when it happened: it belongs before packet `after + 1`.
  public var after: UInt64
  /// Nil where the line speaks of the whole recording.
  public var session: SessionID?
  public var time: Timestamp
  /// The packet that shows the event, where there is one: the SYN of `opened`, the RST of `closed`.
  public var packet: UInt64?
  public var content: Content

  public init(
    after: UInt64, session: SessionID?, time: Timestamp, packet: UInt64? = nil, content: Content
  ) {
    self.after = after
    self.session = session
    self.time = time
    self.packet = packet
    self.content = content
  }

  public enum Content: Hashable, Sendable {
    /// `shown` has the endpoints that the session's packets carry, where they are not the opening's own.
    case opened(SessionOpening, shown: ShownEndpoints?)
    case clientHello([UInt8])
    case secured(Party, TLSFacts)
    case bypassed(BypassReason)
    /// The stream's sequence numbers skip as many bytes here (modulo 2^32); a datagram session has no other sign.
    case gap(Direction, byteCount: UInt64)
    /// Only of sessions whose packets cannot show it (UDP).
    case halfClosed(Direction)
    case closed(SessionClosing, SessionTotals)
    case lost(RecordingLoss)
    /// An event of a later minor version, by its name; to be skipped.
    case unknown(String)
  }

  /// The event that this line stands for; nil for `lost` and `unknown`.
  public var eventKind: SessionEvent.Kind? {
    switch content {
    case .opened(let opening, shown: _): .opened(opening)
    case .clientHello(let bytes): .clientHello(bytes)
    case .secured(let party, let facts): .secured(party, facts)
    case .bypassed(let reason): .bypassed(reason)
    case .gap(let direction, let byteCount): .gap(direction, byteCount: byteCount)
    case .halfClosed(let direction): .halfClosed(direction)
    case .closed(let closing, _): .closed(closing)
    case .lost, .unknown: nil
    }
  }
}

/// The endpoints that a session's packets carry.
public struct ShownEndpoints: Hashable, Sendable {
  public var client: Endpoint
  public var server: Endpoint

  public init(client: Endpoint, server: Endpoint) {
    self.client = client
    self.server = server
  }
}

/// What was recorded of a session, by direction.
public struct SessionTotals: Hashable, Sendable {
  public var client: StreamTotals
  public var server: StreamTotals

  public init(client: StreamTotals = StreamTotals(), server: StreamTotals = StreamTotals()) {
    self.client = client
    self.server = server
  }

  /// The totals of what was sent in this direction.
  public subscript(direction: Direction) -> StreamTotals {
    get { direction == .clientToServer ? client : server }
    set { if direction == .clientToServer { client = newValue } else { server = newValue } }
  }
}

/// What one party sent.
public struct StreamTotals: Hashable, Sendable {
  /// Payload bytes recorded, gaps not counted.
  public var byteCount: UInt64
  /// CRC-32C (RFC 3720 appendix B.4) of those bytes, end to end.
  public var crc32c: UInt32
  /// Packets with payload.
  public var packetCount: UInt64

  public init(byteCount: UInt64 = 0, crc32c: UInt32 = 0, packetCount: UInt64 = 0) {
    self.byteCount = byteCount
    self.crc32c = crc32c
    self.packetCount = packetCount
  }
}

/// What a recording lacks because it could not be written.
public struct RecordingLoss: Hashable, Sendable {
  /// Why, as text: `write: No space left on device`.
  public var reason: String
  /// Packets that were recorded and then lost with the unwritten end of the file.
  public var packetCount: UInt64
  /// Events that came after the failure.
  public var eventCount: UInt64
  /// Payload bytes of those events.
  public var byteCount: UInt64

  public init(reason: String, packetCount: UInt64 = 0, eventCount: UInt64 = 0, byteCount: UInt64 = 0) {
    self.reason = reason
    self.packetCount = packetCount
    self.eventCount = eventCount
    self.byteCount = byteCount
  }
}
