import SessionEvents

/// One session being put together from packets.
///
/// A final class, so that a table's entry is changed in place; owned by one `SessionAssembler`.
final class Flow {
  let key: FlowKey
  let transport: TransportProtocol
  /// As the packets say; the sidecar may know a truer server address.
  private(set) var client: Endpoint
  private(set) var server: Endpoint
  /// Whether a SYN, or the sidecar, told who the client is.
  let isClientCertain: Bool
  let firstStamp: PacketStamp
  var lastStamp: PacketStamp

  /// Nil until there is something to open a session for.
  private(set) var session: SessionID?
  /// The index of the next event.
  private(set) var nextIndex: UInt64 = 0
  /// The session's number in the sidecar that opened it, and will close it; nil where none did.
  var sidecarSession: SessionID?
  var isManaged: Bool { sidecarSession != nil }
  private(set) var isClosed = false
  /// Made when they are needed, which in most sessions of datagrams is never; and of these many are open at a time.
  private(set) lazy var streams = FlowStreams()

  init(
    _ transport: TransportProtocol, client: Endpoint, server: Endpoint, isClientCertain: Bool = true,
    stamp: PacketStamp
  ) {
    key = FlowKey(transport, client, server)
    self.transport = transport
    self.client = client
    self.server = server
    self.isClientCertain = isClientCertain
    firstStamp = stamp
    lastStamp = stamp
  }

  /// How the packets say that the session ended, for when the sidecar does not.
  var packetClosing: (closing: SessionClosing, stamp: PacketStamp)? {
    transport == .tcp ? streams.closing : nil
  }

  /// Who sent the reset that ended the connection.
  var resetter: Party? {
    guard case .reset(let party) = packetClosing?.closing.end else { return nil }
    return party
  }

  func withStream<Result>(_ direction: Direction, _ body: (inout StreamAssembly) -> Result) -> Result {
    switch direction {
    case .clientToServer: body(&streams.toServer)
    case .serverToClient: body(&streams.toClient)
    }
  }

  func direction(from source: Endpoint) -> Direction {
    source == client ? .clientToServer : .serverToClient
  }

  /// Takes `party` for what `endpoint` is, before the session is opened.
  func settle(_ endpoint: Endpoint, as party: Party) {
    guard session == nil, (endpoint == client) != (party == .client) else { return }
    swap(&client, &server)
    streams.swap()
  }

  func open(
    as session: SessionID, _ opening: SessionOpening, time: Timestamp, packet: UInt64?, emit: ReplayEmit
  ) {
    self.session = session
    self.emit(.opened(opening), time: time, packet: packet, to: emit)
  }

  func emit(_ kind: SessionEvent.Kind, time: Timestamp, packet: UInt64?, to emit: ReplayEmit) {
    guard let session, !isClosed else { return }
    emit(SessionEvent(session: session, index: nextIndex, time: time, kind: kind), packet)
    nextIndex += 1
  }

  /// Hands on one output of a stream as an event.
  func emit(_ output: StreamAssembly.Output, _ direction: Direction, to emit: ReplayEmit) {
    switch output {
    case .bytes(let bytes, let stamp):
      self.emit(.bytes(direction, bytes), time: stamp.time, packet: stamp.number, to: emit)
    case .gap(let count, let stamp):
      self.emit(.gap(direction, byteCount: count), time: stamp.time, packet: stamp.number, to: emit)
    case .conflict(let offset, let count, let stamp):
      let kind = SessionEvent.Kind.conflict(direction, offset: offset, byteCount: count)
      self.emit(kind, time: stamp.time, packet: stamp.number, to: emit)
    case .end(let stamp):
      self.emit(.halfClosed(direction), time: stamp.time, packet: stamp.number, to: emit)
    }
  }

  func close(_ closing: SessionClosing, time: Timestamp, packet: UInt64?, emit: ReplayEmit) {
    self.emit(.closed(closing), time: time, packet: packet, to: emit)
    isClosed = true
  }
}
