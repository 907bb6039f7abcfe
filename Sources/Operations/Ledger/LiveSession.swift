package import SessionEvents

/// A session that is not over, as its events have told of it so far.
package struct LiveSession: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// No bytes of it were relayed yet.
    case opening
    /// Its ClientHello came; one of the two handshakes is not finished.
    case handshake
    case relaying
    case bypassed
    /// One direction has ended.
    case closing
  }

  package var id: SessionID
  package var opened: Timestamp
  package var opening: SessionOpening
  package var state = State.opening
  package var treatment: SessionTreatment?
  /// The name that the client asked for in its ClientHello, cut after `LiveSession.longestServerName` bytes.
  package var serverName: String?
  /// What the handshake with the client agreed on: `TLSv1.3`.
  package var tlsVersion: String?
  package var alpn: String?
  /// Why the server's certificates do not stand; empty where they do.
  package var certificateErrors: [String] = []
  /// Payload bytes, also those that the capture lacks.
  package var bytes = Traffic()

  /// DNS names have 253 characters at most (RFC 1035 §2.3.4).
  package static let longestServerName = 255

  package init(id: SessionID, opened: Timestamp, opening: SessionOpening) {
    self.id = id
    self.opened = opened
    self.opening = opening
  }
}
