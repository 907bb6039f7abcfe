public import SessionEvents

/// Follows sessions by their events, and tells what was said in them.
///
/// For each session it emits `opened`, then every exchange as it finishes, then `closed`. What it emits depends
/// on a direction's bytes and on the order in which the directions' bytes interleave, never on how the bytes are
/// split into events. Events of a session that was never opened, or is closed, are ignored.
public struct Inspector: ~Copyable {
  private let environment: InspectionEnvironment
  private var sessions: [SessionID: SessionInspection] = [:]
  /// The open session that had the last event, which mostly has the next one too.
  private var latest: SessionInspection?
  private var hostNames: HostNames

  /// Begins without sessions; `bodies` may keep what the parsers only pass through.
  public init(
    services: InspectionServices, limits: InspectionLimits = .init(), bodies: (any BodyStore)? = nil
  ) {
    environment = InspectionEnvironment(services: services, limits: limits, bodies: bodies)
    hostNames = HostNames(limit: limits.hostNameCount)
  }

  /// Takes the next event; `packet` is the number of the capture's packet that carried it, nil when there is none.
  public mutating func receive(
    _ event: SessionEvent, packet: UInt64?, emit: (Observation) -> Void
  ) {
    let sighting = Sighting(time: event.time, packet: packet)
    switch event.kind {
    case .opened(let opening):
      guard sessions[event.session] == nil else { return }
      let session = SessionInspection(
        event.session, opening: opening, host: hostNames.name(of: opening.originalDestination.address),
        at: sighting, environment: environment)
      sessions[event.session] = session
      latest = session
      emit(.opened(session.summary))
    case .closed(let closing):
      guard let session = sessions.removeValue(forKey: event.session) else { return }
      if latest === session { latest = nil }
      session.close(closing, at: sighting) { observe($0, emit) }
    case .clientHello, .secured, .bypassed, .bytes, .datagram, .gap, .conflict, .halfClosed:
      session(event.session)?.receive(event.kind, at: sighting) { observe($0, emit) }
    }
  }

  private mutating func session(_ id: SessionID) -> SessionInspection? {
    if let latest, latest.session == id { return latest }
    guard let session = sessions[id] else { return nil }
    latest = session
    return session
  }

  private mutating func observe(_ observation: Observation, _ emit: (Observation) -> Void) {
    if case .exchange(let exchange, _) = observation, case .dns(let dns) = exchange.content {
      hostNames.learn(from: dns)
    }
    emit(observation)
  }
}

/// When, and in which packet of the capture, a byte was seen.
struct Sighting: Hashable {
  var time: Timestamp
  var packet: UInt64?
}

/// What all sessions share.
final class InspectionEnvironment {
  let services: InspectionServices
  let limits: InspectionLimits
  let bodies: (any BodyStore)?
  let decoderMemory: DecoderMemory

  init(
    services: InspectionServices, limits: InspectionLimits, bodies: (any BodyStore)?,
    decoderMemory: DecoderMemory = DecoderMemory()
  ) {
    self.services = services
    self.limits = limits
    self.bodies = bodies
    self.decoderMemory = decoderMemory
  }

  /// The same, but that no bodies are kept.
  var withoutBodies: InspectionEnvironment {
    guard bodies != nil else { return self }
    return InspectionEnvironment(
      services: services, limits: limits, bodies: nil, decoderMemory: decoderMemory)
  }
}
