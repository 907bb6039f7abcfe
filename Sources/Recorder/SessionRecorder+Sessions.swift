import CaptureFile
import Packets
import SessionEvents

/// From an event to the session's packets and lines.
extension SessionRecorder {
  mutating func write(
    _ event: SessionEvent, _ isForwarding: Bool, _ forward: Forward
  ) throws(RecorderError) {
    if case .opened(let opening) = event.kind { return try open(event, opening) }
    guard let session = sessions[event.session] else { throw .misplacedEvent(event.session) }
    if case .held(let hellos) = session.phase {
      guard session.isShown(by: event, hellos, portMap, memory) else { return }
      do throws(RecorderError) {
        try show(session, hellos, on: event, forward)
      } catch {
        session.pass(event.kind, memory)
        throw error
      }
    }
    switch session.opening.transport {
    case .tcp: try writeTCP(session, event, isForwarding, forward)
    case .udp: try writeUDP(session, event, forward)
    }
    if case .closed = event.kind { close(session) }
  }

  private mutating func open(_ event: SessionEvent, _ opening: SessionOpening) throws(RecorderError) {
    guard sessions[event.session] == nil else { throw .misplacedEvent(event.session) }
    guard opening.client.address.isIPv4 == opening.originalDestination.address.isIPv4 else {
      throw .mixedFamilies(event.session, opening)
    }
    openedCount += 1
    sessions[event.session] = RecordedSession(
      event.session, opening, opened: event.time, initialSequence: initialSequence)
  }

  /// Puts a session that was held back into the recording, now that `event` tells whether it is decrypted.
  private mutating func show(
    _ session: RecordedSession, _ hellos: [RecordedSession.Hello], on event: SessionEvent, _ forward: Forward
  ) throws(RecorderError) {
    sessionCount += 1
    let packet = firstPacket(of: session, on: event)
    try line(session, session.opened, session.openedLine, packet: packet)
    if session.opening.transport == .tcp { try writeHandshake(session) }
    forward(session.event(session.opened, .opened(session.opening)), packet)
    for hello in hellos {
      try line(session, hello.time, .clientHello(hello.bytes))
      forward(session.event(hello.time, .clientHello(hello.bytes)), nil)
    }
  }

  /// The packet that will be written next, if it is one of this session.
  private func firstPacket(of session: RecordedSession, on event: SessionEvent) -> UInt64? {
    switch (session.opening.transport, event.kind) {
    case (.tcp, _): return output.packetCount + 1
    case (.udp, .datagram(_, let bytes)) where bytes.count <= session.maximumDatagramSize:
      return output.packetCount + 1
    case (.udp, _): return nil
    }
  }

  private mutating func close(_ session: RecordedSession) {
    sessions[session.id] = nil
    session.release(memory)
  }

  /// Writes a line that stands behind all packets so far.
  mutating func line(
    _ session: RecordedSession, _ time: Timestamp, _ content: SidecarLine.Content, packet: UInt64? = nil
  ) throws(RecorderError) {
    try output.write(
      SidecarLine(
        after: output.packetCount, session: session.id, time: time, packet: packet, content: content))
  }

  /// Writes and forwards an event that packets do not carry.
  mutating func writeLine(
    _ session: RecordedSession, _ event: SessionEvent, _ content: SidecarLine.Content, packet: UInt64? = nil,
    _ forward: Forward
  ) throws(RecorderError) {
    try line(session, event.time, content, packet: packet)
    forward(session.event(event.time, event.kind), packet)
  }
}
