import CaptureFile
import Packets
import SessionEvents

/// What the SessionRecorder keeps of one open session.
final class RecordedSession {
  let id: SessionID
  let opening: SessionOpening
  let opened: Timestamp
  var phase = Phase.held([])
  private var nextIndex: UInt64 = 0
  var client: StreamState
  var server: StreamState

  enum Phase {
    /// Not in the capture yet: whether the session is decrypted, hence its port, is not known. The client hellos
    /// that came.
    case held([Hello])
    case shown(ShownEndpoints)
  }

  struct Hello {
    var time: Timestamp
    var bytes: [UInt8]
  }

  init(id: SessionID, opening: SessionOpening, opened: Timestamp, initialSequences: (UInt32, UInt32)) {
    self.id = id
    self.opening = opening
    self.opened = opened
    client = StreamState(initialSequence: initialSequences.0)
    server = StreamState(initialSequence: initialSequences.1)
  }

  /// What the sender of this direction has sent.
  subscript(direction: Direction) -> StreamState {
    get { direction == .clientToServer ? client : server }
    set { if direction == .clientToServer { client = newValue } else { server = newValue } }
  }

  var maximumDatagramSize: Int {
    PacketWriter.maximumDatagramSize(isIPv4: opening.client.address.isIPv4)
  }

  var totals: SessionTotals { SessionTotals(client: client.totals, server: server.totals) }

  func event(_ time: Timestamp, _ kind: SessionEvent.Kind) -> SessionEvent {
    defer { nextIndex += 1 }
    return SessionEvent(session: id, index: nextIndex, time: time, kind: kind)
  }
}

/// One direction of a recorded session.
struct StreamState {
  /// The sequence number of the next byte; wraps.
  var nextSequence: UInt32
  /// Up to where the other party has acknowledged this stream.
  var acknowledged: UInt32
  var identification: UInt16
  var isClosed = false
  var totals = StreamTotals()

  init(initialSequence: UInt32) {
    nextSequence = initialSequence
    acknowledged = initialSequence
    identification = UInt16(truncatingIfNeeded: initialSequence >> 16)
  }

  /// Bytes, FIN included, that wait for an acknowledgment.
  var unacknowledgedCount: UInt32 { nextSequence &- acknowledged }

  mutating func takeIdentification() -> UInt16 {
    defer { identification &+= 1 }
    return identification
  }
}
