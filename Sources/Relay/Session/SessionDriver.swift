import Inspection
import NIOCore
import SessionEvents
import TLSEngine

/// Carries out one TCP session: feeds what its two connections say to the session machine, and does what that answers.
///
/// Confined to one event loop, which both connections share. Byte paths while relaying are in
/// `SessionDriver+Relaying`, the two handshakes in `SessionDriver+TLS`.
final class SessionDriver {
  let context: RelayContext
  let opening: SessionOpening
  let journal: SessionJournal
  let eventLoop: any EventLoop
  var machine = SessionMachine()
  let client: Leg
  var server: Leg?
  private var serverHandler: LegHandler?

  private var assembler = ClientHelloAssembler()
  /// What the client offered, where it speaks TLS.
  var hello: ClientHello?
  /// The client's bytes as they came, until they can be relayed or decrypted.
  var heldClientBytes: [ByteBuffer] = []
  /// Who finished sending before bytes could be relayed.
  private var endedEarly: Set<Party> = []

  /// TLS towards either side; nil where there is none, or not yet.
  var clientTLS: TLSConnection?
  var serverTLS: TLSConnection?
  /// Decrypted bytes from a server that spoke before the client's handshake was done.
  var heldServerPlaintext: [[UInt8]] = []
  private var handshakeDeadline: Scheduled<Void>?
  private var openLegCount = 1
  /// Nil unless silence ends the session.
  private var lastActivity: NIODeadline?

  init(
    context: RelayContext, opening: SessionOpening, journal: SessionJournal, clientChannel: any Channel
  ) {
    self.context = context
    self.opening = opening
    self.journal = journal
    self.eventLoop = clientChannel.eventLoop
    self.client = Leg(party: .client, channel: clientChannel)
  }

  /// Starts a session for an accepted connection; called on its event loop.
  static func start(
    _ opening: SessionOpening, on channel: any Channel, at time: Timestamp, context: RelayContext
  ) throws {
    let journal = context.makeJournal()
    let driver = SessionDriver(context: context, opening: opening, journal: journal, clientChannel: channel)
    try channel.pipeline.syncOperations.addHandler(LegHandler(party: .client, driver: driver))
    let confined = NIOLoopBound(driver, eventLoop: channel.eventLoop)
    context.sessions.add(journal.session, transport: .tcp) {
      channel.eventLoop.execute { confined.value.stop() }
    }
    driver.start(at: time)
  }

  func leg(_ party: Party) -> Leg? {
    switch party {
    case .client: client
    case .server: server
    }
  }

  // MARK: What happens

  func start(at time: Timestamp) {
    journal.record(.opened(opening), at: time)
    client.setReading(true)
    if let limit = context.configuration.idleTimeout {
      watchIdleness(since: .now(), limit: TimeAmount(limit))
    }
    connect()
  }

  /// Also ends one that is over, but whose last bytes wait for their reader.
  func stop() {
    guard machine.isClosed else { return perform(machine.stop()) }
    client.reset()
    server?.reset()
  }

  func received(_ bytes: ByteBuffer, from party: Party) {
    // A failed session's connection is read on for a moment, until its alert is sent.
    guard !machine.isClosed else { return }
    switch machine.mode {
    case .plain:
      journal.record(.bytes(direction(from: party), bytes.allBytes))
      leg(party.opposite)?.append(bytes)
    case .bypassed:
      leg(party.opposite)?.append(bytes)
    case .decrypted:
      relayDecrypted(bytes, from: party)
    case nil:
      receivedEarly(bytes, from: party)
    }
  }

  /// The channel has no more bytes for now: time to send what they led to.
  func receivedAllForNow() {
    guard !machine.isClosed else { return }
    if lastActivity != nil { lastActivity = .now() }
    server?.flush()
    client.flush()
  }

  func inputEnded(of party: Party) {
    if machine.isClassifying { classify(.plain) }
    guard !machine.holdsBackEnd(of: party) else {
      endedEarly.insert(party)
      return
    }
    perform(machine.ended(direction(from: party)))
    if machine.mode != nil { leg(party.opposite)?.finishOutput() }
  }

  /// The channel is gone.
  func disconnected(_ party: Party, byError: Bool) {
    defer { closeIfLast() }
    openLegCount -= 1
    guard !machine.isClosed else { return }
    // NIO closes a channel whose two directions have ended without telling of the second end.
    let endedInOrder = !byError && leg(party)?.isOutputFinished == true
    if endedInOrder { inputEnded(of: party) }
    perform(machine.reset(by: party))
  }

  func writabilityChanged(of party: Party) {
    guard machine.mode != nil, let leg = leg(party) else { return }
    self.leg(party.opposite)?.setReading(leg.isWritable)
  }

  // MARK: Upstream

  private func connect() {
    let configuration = context.configuration
    Connecting.connect(
      to: opening.originalDestination, timeout: TimeAmount(configuration.connectTimeout),
      mark: configuration.upstreamMark, on: eventLoop
    ).assumeIsolated()
      .whenComplete { [self] result in
        switch result {
        case .success(let channel): connected(channel)
        case .failure(let error):
          context.warnIfOutOfDescriptors(error)
          perform(machine.upstreamFailed(.upstreamUnreachable(Connecting.message(for: error))))
        }
      }
  }

  private func connected(_ channel: any Channel) {
    guard !machine.isClosed else {
      channel.close(promise: nil)
      return
    }
    let handler = LegHandler(party: .server, driver: self)
    do {
      try channel.pipeline.syncOperations.addHandler(handler)
    } catch {
      // The pipeline belongs to a channel that is closed by now.
      perform(machine.upstreamFailed(.upstreamUnreachable(Connecting.message(for: error))))
      return
    }
    let leg = Leg(party: .server, channel: channel)
    serverHandler = handler
    server = leg
    openLegCount += 1
    // Whoever speaks first is heard: many protocols have the server greet.
    leg.setReading(true)
    perform(machine.upstreamConnected())
  }

  private func reconnect() {
    serverHandler?.detach()
    openLegCount -= 1
    serverTLS = nil
    server?.reset()
    server = nil
    connect()
  }

  // MARK: Before bytes can be relayed

  private func receivedEarly(_ bytes: ByteBuffer, from party: Party) {
    switch party {
    case .client where clientTLS != nil:
      advanceClientHandshake(bytes)
    case .client:
      heldClientBytes.append(bytes)
      if machine.isClassifying { classify(bytes) }
    case .server where machine.isClassifying:
      // TLS servers wait for the ClientHello; one that speaks first speaks something else.
      classify(.plain)
      received(bytes, from: .server)
    case .server:
      advanceServerHandshake(bytes)
    }
  }

  private func classify(_ bytes: ByteBuffer) {
    let verdict = bytes.withUnsafeReadableBytes { raw in
      // Holds: the span ends with the closure that owns the pointer.
      assembler.receive(Span(_unsafeBytes: raw))
    }
    switch verdict {
    case .needMore:
      return
    case .notTLS:
      classify(.plain)
    case .hello(let message):
      journal.record(.clientHello(message))
      classify(plan(for: message))
    }
  }

  private func classify(_ plan: SessionMachine.Plan) {
    client.setReading(false)
    perform(machine.classified(plan))
  }

  private func plan(for message: [UInt8]) -> SessionMachine.Plan {
    guard let hello = ClientHello(handshake: message), hello.malformation == nil else {
      return .bypass(.unsupported("malformed ClientHello"))
    }
    self.hello = hello
    let host = hello.serverName ?? opening.originalDestination.address.description
    if let pattern = context.configuration.bypass.pattern(matching: host) {
      return .bypass(.requested(pattern))
    }
    guard context.interceptor.isPermitted(hello, destination: opening.originalDestination.address) else {
      return .bypass(.unsupported("the CA is not permitted to sign for this name"))
    }
    guard context.interceptor.offersUsableVersion(hello) else {
      return .bypass(.unsupported("no TLS 1.2 or newer offered"))
    }
    return .intercept
  }

  // MARK: What the machine answers

  func perform(_ action: SessionMachine.Action) {
    switch action {
    case .wait:
      break
    case .startServerHandshake:
      startHandshakeDeadline()
      startServerHandshake()
    case .startClientHandshake:
      startClientHandshake()
    case .reconnect:
      reconnect()
    case .relay(let mode):
      handshakeDeadline?.cancel()
      beginRelaying(mode)
    case .finish(let direction):
      journal.record(.halfClosed(direction))
      finishTLS(direction)
      perform(machine.finished())
    case .close(let closing):
      end(closing)
      // A finished session's last bytes wait for their reader; a failed one's alert does not.
      let patience: TimeAmount? = closing.cause == nil ? nil : .seconds(2)
      client.close(patience: patience)
      server?.close(patience: patience)
    case .abort(let closing):
      end(closing)
      client.reset()
      server?.reset()
    }
  }

  private func beginRelaying(_ mode: SessionMachine.Mode) {
    let held = heldClientBytes
    heldClientBytes = []
    switch mode {
    case .plain:
      for bytes in held { received(bytes, from: .client) }
    case .bypassed(let reason):
      journal.record(.bypassed(reason))
      for bytes in held { received(bytes, from: .client) }
    case .decrypted:
      relayHeldServerPlaintext()
    }
    receivedAllForNow()
    for party in endedEarly { inputEnded(of: party) }
    guard !machine.isClosed else { return }
    client.setReading(true)
    server?.setReading(true)
  }

  private func end(_ closing: SessionClosing) {
    handshakeDeadline?.cancel()
    journal.record(.closed(closing))
    heldClientBytes = []
    heldServerPlaintext = []
  }

  private func closeIfLast() {
    if openLegCount == 0, machine.isClosed { context.sessions.remove(journal.session) }
  }

  /// Looks again when the limit could be reached at the earliest: no timer is moved for each byte.
  private func watchIdleness(since activity: NIODeadline, limit: TimeAmount) {
    lastActivity = activity
    eventLoop.assumeIsolated().scheduleTask(deadline: activity + limit) { [weak self] in
      guard let self, let lastActivity, !machine.isClosed else { return }
      if NIODeadline.now() - lastActivity >= limit {
        perform(machine.idle())
      } else {
        watchIdleness(since: lastActivity, limit: limit)
      }
    }
  }

  private func startHandshakeDeadline() {
    let limit = TimeAmount(context.configuration.handshakeTimeout)
    handshakeDeadline = eventLoop.assumeIsolated().scheduleTask(in: limit) {
      [self] in
      let party: Party = clientTLS == nil ? .server : .client
      perform(machine.tlsFailed(party, "no answer within the handshake's time limit"))
    }
  }
}

func direction(from party: Party) -> Direction {
  switch party {
  case .client: .clientToServer
  case .server: .serverToClient
  }
}

extension Party {
  var opposite: Party {
    switch self {
    case .client: .server
    case .server: .client
    }
  }
}

extension ByteBuffer {
  var allBytes: [UInt8] { Array(readableBytesView) }
}
