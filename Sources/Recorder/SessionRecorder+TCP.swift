import CaptureFile
import Packets
import SessionEvents

/// TCP as tshark believes it: every segment is acknowledged in time, no window fills, nothing comes twice.
extension SessionRecorder {
  /// 65,535 << 10 is 64 MiB: far above what is left unacknowledged.
  private static var windowScale: UInt8 { 10 }
  private static var window: UInt16 { 0xffff }
  /// A party that sent this much without hearing from the other gets an acknowledgment of its own.
  private static var acknowledgmentInterval: UInt32 { 1 << 20 }

  mutating func writeTCP(
    _ session: RecordedSession, _ event: SessionEvent, _ isForwarding: Bool, _ forward: Forward
  ) throws(RecorderError) {
    switch event.kind {
    case .bytes(let direction, let bytes):
      guard !session[direction].isClosed else { throw .bytesAfterEnd(session.id, direction) }
      let position = session[direction].position &+ UInt64(bytes.count)
      let sequence = session[direction].nextSequence &+ UInt32(truncatingIfNeeded: bytes.count)
      do throws(RecorderError) {
        try writeBytes(session, event, direction, bytes, isForwarding, forward)
      } catch {
        session[direction].skip(toPosition: position, sequence: sequence)
        throw error
      }
    case .gap(let direction, let byteCount):
      session[direction].skip(byteCount)
      gapByteCount &+= byteCount
      try writeLine(session, event, .gap(direction, byteCount: byteCount), forward)
    case .halfClosed(let direction):
      try writeEnd(session, event.time, direction, forward)
    case .closed(let closing):
      try writeClosing(session, event, closing, forward)
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
    case .opened, .datagram:
      throw .misplacedEvent(session.id)
    }
  }

  mutating func writeHandshake(_ session: RecordedSession) throws(RecorderError) {
    let options = TCPOptions(
      maximumSegmentSize: UInt16(segmentSize), windowScale: Self.windowScale)
    for (direction, flags) in [(Direction.clientToServer, TCPFlags.syn), (.serverToClient, [.syn, .ack])] {
      var header = header(session, direction, flags)
      header.options = options
      if direction == .clientToServer { header.acknowledgment = 0 }
      _ = try output.write(header, time: session.opened)
      session[direction].nextSequence &+= 1
    }
    try writeAcknowledgment(session, from: .clientToServer, session.opened)
  }

  private mutating func writeBytes(
    _ session: RecordedSession, _ event: SessionEvent, _ direction: Direction, _ bytes: [UInt8],
    _ isForwarding: Bool, _ forward: Forward
  ) throws(RecorderError) {
    var start = 0
    while start < bytes.count {
      let end = min(start + segmentSize, bytes.count)
      let header = header(session, direction, end == bytes.count ? [.psh, .ack] : .ack)
      let packet = try output.write(
        header, bytes, start..<end, &session[direction].totals, time: event.time)
      session[direction].nextSequence &+= UInt32(end - start)
      if session[direction].unacknowledgedCount >= Self.acknowledgmentInterval {
        try writeAcknowledgment(session, from: direction.opposite, event.time)
      }
      if isForwarding {
        let piece = end - start == bytes.count ? bytes : Array(bytes[start..<end])
        forward(session.event(event.time, .bytes(direction, piece)), packet)
      }
      start = end
    }
  }

  /// A FIN and its acknowledgment; nothing where the direction is closed already.
  mutating func writeEnd(
    _ session: RecordedSession, _ time: Timestamp, _ direction: Direction, _ forward: Forward
  ) throws(RecorderError) {
    guard !session[direction].isClosed else { return }
    let header = header(session, direction, [.fin, .ack])
    session[direction].nextSequence &+= 1
    session[direction].isClosed = true
    let packet = try output.write(header, time: time)
    try writeAcknowledgment(session, from: direction.opposite, time)
    forward(session.event(time, .halfClosed(direction)), packet)
  }

  private mutating func writeClosing(
    _ session: RecordedSession, _ event: SessionEvent, _ closing: SessionClosing, _ forward: Forward
  ) throws(RecorderError) {
    var packet: UInt64?
    switch closing.end {
    case .fin:
      for direction in Direction.allCases { try writeEnd(session, event.time, direction, forward) }
    case .reset(let party):
      let direction = party == .client ? Direction.clientToServer : .serverToClient
      packet = try output.write(header(session, direction, [.rst, .ack]), time: event.time)
    case .idle, .open:
      break
    }
    try writeLine(session, event, .closed(closing, session.totals), packet: packet, forward)
  }

  private mutating func writeAcknowledgment(
    _ session: RecordedSession, from direction: Direction, _ time: Timestamp
  ) throws(RecorderError) {
    _ = try output.write(header(session, direction, .ack), time: time)
  }

  /// The header of the next segment in this direction; it acknowledges all that the other party has sent.
  private func header(_ session: RecordedSession, _ direction: Direction, _ flags: TCPFlags) -> TCPHeader {
    guard case .shown(let shown) = session.phase else {
      preconditionFailure("a packet of a session that is held back")
    }
    let other = session[direction.opposite].nextSequence
    if flags.contains(.ack) { session[direction.opposite].acknowledged = other }
    let isFromClient = direction == .clientToServer
    return TCPHeader(
      source: isFromClient ? shown.client : shown.server,
      destination: isFromClient ? shown.server : shown.client,
      sequence: session[direction].nextSequence, acknowledgment: other, flags: flags,
      window: Self.window, identification: session[direction].takeIdentification())
  }
}
