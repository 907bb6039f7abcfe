/// One thing that happened in one session: the only language that the Relay, the Recorder, the Replay and the
/// Inspection share.
///
/// The events of a session have the indices 0, 1, 2 …; the first is `opened` and the last `closed`.
/// Events of different sessions interleave.
public struct SessionEvent: Hashable, Sendable {
  public var session: SessionID
  public var index: UInt64
  public var time: Timestamp
  public var kind: Kind

  public init(session: SessionID, index: UInt64, time: Timestamp, kind: Kind) {
    self.session = session
    self.index = index
    self.time = time
    self.kind = kind
  }

  public enum Kind: Hashable, Sendable {
    case opened(SessionOpening)
    /// The client's first TLS handshake message, type and length included (RFC 8446 §4), without record headers.
    case clientHello([UInt8])
    /// TLS is up between the relay and `party`.
    case secured(Party, TLSFacts)
    /// From here on bytes pass unread, and are not recorded.
    case bypassed(BypassReason)
    /// The next bytes of a direction's stream; decrypted where the session is `secured`.
    case bytes(Direction, [UInt8])
    /// One datagram's payload, whole.
    case datagram(Direction, [UInt8])
    /// Bytes that were sent here, but that the capture lacks.
    case gap(Direction, byteCount: UInt64)
    /// Packets brought bytes again for places of a direction's stream that had some, and `byteCount` of them are others,
    /// the first at `offset`; those that came first stand. Only a capture can tell.
    case conflict(Direction, offset: UInt64, byteCount: UInt64)
    /// The sender of this direction will send no more.
    case halfClosed(Direction)
    case closed(SessionClosing)
  }
}

/// A session's number, from 1 in order of opening, unique within a recording.
public struct SessionID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var rawValue: UInt64

  public init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }

  public static func < (lhs: SessionID, rhs: SessionID) -> Bool {
    lhs.rawValue < rhs.rawValue
  }

  public var description: String { String(rawValue) }
}
