import SessionEvents

/// One open session: its summary so far, and the conversation in it.
final class SessionInspection {
  private(set) var summary: SessionSummary
  private let environment: InspectionEnvironment
  private var nextIndex = 0
  private var first: Sighting?
  private var last: Sighting

  init(
    _ session: SessionID, opening: SessionOpening, host: HostName, at sighting: Sighting,
    environment: InspectionEnvironment
  ) {
    self.environment = environment
    last = sighting
    summary = SessionSummary(
      session: session, opening: opening, opened: sighting.time, host: host, firstPacket: sighting.packet)
  }

  func receive(_ kind: SessionEvent.Kind, at sighting: Sighting, emit: (Observation) -> Void) {
    switch kind {
    case .bytes(let direction, let bytes), .datagram(let direction, let bytes):
      if first == nil { first = sighting }
      last = sighting
      switch direction {
      case .clientToServer: summary.clientByteCount += UInt64(bytes.count)
      case .serverToClient: summary.serverByteCount += UInt64(bytes.count)
      }
    case .gap(_, let byteCount):
      summary.gapByteCount += byteCount
    case .secured(.client, let facts):
      summary.clientTLS = facts
    case .secured(.server, let facts):
      summary.serverTLS = facts
    case .bypassed(let reason):
      summary.bypass = reason
    case .opened, .clientHello, .halfClosed, .closed:
      break
    }
  }

  func close(_ closing: SessionClosing, at sighting: Sighting, emit: (Observation) -> Void) {
    if let first {
      let opaque = OpaqueExchange(
        clientByteCount: summary.clientByteCount, serverByteCount: summary.serverByteCount)
      let exchange = Exchange(
        session: summary.session, index: nextIndex, start: first.time, end: last.time, packet: first.packet,
        content: .opaque(opaque))
      emit(.exchange(exchange, summary))
    }
    summary.closed = sighting.time
    summary.closing = closing
    emit(.closed(summary))
  }
}
