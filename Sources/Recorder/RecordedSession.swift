import CaptureFile
import Packets
import SessionEvents

/// What a recorder keeps of one open session.
///
/// Belongs to the recorder that has it in its table; goes from one to the next when recordings rotate.
final class RecordedSession {
  let id: SessionID
  /// As this recording tells it.
  private(set) var opening: SessionOpening
  /// When the session was opened, or taken over, in this recording.
  private(set) var opened: Timestamp
  var phase = Phase.held([])
  /// The file name of the recording that had the session before; nil where none has shown it.
  var recordedIn: String?
  /// What the next recording has to be told.
  var facts = SessionFacts()
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

  init(
    _ id: SessionID, _ opening: SessionOpening, opened: Timestamp,
    initialSequence: (SessionID, Party) -> UInt32 = RecordedSession.initialSequence
  ) {
    self.id = id
    self.opening = opening
    self.opened = opened
    client = StreamState(initialSequence: initialSequence(id, .client))
    server = StreamState(initialSequence: initialSequence(id, .server))
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

  /// Begins anew as the continuation of what earlier recordings have.
  func restart(at time: Timestamp) {
    opening.continues = SessionContinuation(
      recording: recordedIn, opened: opening.continues?.opened ?? opened)
    opened = time
    nextIndex = 0
    client.restart()
    server.restart()
  }

  /// Where a stream's sequence numbers begin: the same in every process, so that recordings can be reproduced.
  static func initialSequence(_ session: SessionID, _ party: Party) -> UInt32 {
    let sequence = UInt32(truncatingIfNeeded: mixed(session.rawValue, party == .client ? 1 : 2))
    // An acknowledgment of 0 in the handshake would be none to tshark.
    return sequence == .max ? 0 : sequence
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
  /// Of the packets in this recording.
  var totals = StreamTotals()
  /// Bytes of the stream, up to here, that are in no packet of this recording.
  private(set) var missing: UInt64 = 0

  init(initialSequence: UInt32) {
    nextSequence = initialSequence
    acknowledged = initialSequence
    identification = UInt16(truncatingIfNeeded: initialSequence >> 16)
  }

  /// Bytes, FIN included, that wait for an acknowledgment.
  var unacknowledgedCount: UInt32 { nextSequence &- acknowledged }

  /// How many bytes the stream has had from its beginning; wraps, should a source claim gaps without end.
  var position: UInt64 { missing &+ totals.byteCount }

  mutating func takeIdentification() -> UInt16 {
    defer { identification &+= 1 }
    return identification
  }

  /// Passes over bytes that are not recorded.
  mutating func skip(_ byteCount: UInt64) {
    missing &+= byteCount
    nextSequence &+= UInt32(truncatingIfNeeded: byteCount)
  }

  /// Passes over what of a write did not succeed.
  mutating func skip(toPosition position: UInt64, sequence: UInt32) {
    missing = position &- totals.byteCount
    nextSequence = sequence
  }

  mutating func restart() {
    missing = position
    totals = StreamTotals()
  }
}
