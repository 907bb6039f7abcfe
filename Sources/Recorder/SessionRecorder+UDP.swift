import CaptureFile
import Packets
import SessionEvents

extension SessionRecorder {
  mutating func writeUDP(
    _ session: RecordedSession, _ event: SessionEvent, _ forward: Forward
  ) throws(RecorderError) {
    switch event.kind {
    case .datagram(let direction, let bytes):
      try writeDatagram(session, event, direction, bytes, forward)
    case .gap(let direction, let byteCount):
      session[direction].skip(byteCount)
      gapByteCount &+= byteCount
      try writeLine(session, event, .gap(direction, byteCount: byteCount), forward)
    case .halfClosed(let direction):
      session[direction].isClosed = true
      try writeLine(session, event, .halfClosed(direction), forward)
    case .closed(let closing):
      try writeLine(session, event, .closed(closing, session.totals), forward)
    case .clientHello(let bytes):
      session.facts.remember(event.kind, memory)
      try writeLine(session, event, .clientHello(bytes), forward)
    case .secured(let party, let facts):
      session.facts.remember(event.kind, memory)
      try writeLine(session, event, .secured(party, facts), forward)
    case .bypassed(let reason):
      session.facts.remember(event.kind, memory)
      try writeLine(session, event, .bypassed(reason), forward)
    case .conflict:
      // What came first is recorded; a relay's sockets show nothing else.
      break
    case .opened, .bytes:
      throw .misplacedEvent(session.id)
    }
  }

  /// A datagram that fits into no packet, which no socket yields, becomes a gap.
  private mutating func writeDatagram(
    _ session: RecordedSession, _ event: SessionEvent, _ direction: Direction, _ bytes: [UInt8],
    _ forward: Forward
  ) throws(RecorderError) {
    guard case .shown(let shown) = session.phase else {
      preconditionFailure("a packet of a session that is held back")
    }
    guard bytes.count <= session.maximumDatagramSize else {
      let gap = SessionEvent.Kind.gap(direction, byteCount: UInt64(bytes.count))
      let event = SessionEvent(session: session.id, index: event.index, time: event.time, kind: gap)
      session[direction].skip(UInt64(bytes.count))
      return try writeLine(session, event, .gap(direction, byteCount: UInt64(bytes.count)), forward)
    }
    let isFromClient = direction == .clientToServer
    let header = UDPHeader(
      source: isFromClient ? shown.client : shown.server,
      destination: isFromClient ? shown.server : shown.client,
      identification: session[direction].takeIdentification())
    let packet = try output.write(header, bytes, &session[direction].totals, time: event.time)
    forward(session.event(event.time, event.kind), packet)
  }
}
