import SessionEvents

/// One session being put together from packets.
///
/// A final class, so that a table's entry is changed in place; owned by one `SessionAssembler`.
final class Flow {
  let key: FlowKey
  let transport: TransportProtocol
  /// As the packets say; the sidecar may know a truer server address.
  let client: Endpoint
  let server: Endpoint
  let firstStamp: PacketStamp
  var lastStamp: PacketStamp

  /// Nil until there is something to open a session for.
  private(set) var session: SessionID?
  private var nextIndex: UInt64 = 0
  /// The session's number in the sidecar that opened it, and will close it; nil where none did.
  var sidecarSession: SessionID?
  var isManaged: Bool { sidecarSession != nil }
  private(set) var isClosed = false
  /// How the packets say that the session ended, for when the sidecar does not.
  var packetClosing: (SessionClosing, PacketStamp)?

  var toServer = StreamAssembly()
  var toClient = StreamAssembly()

  init(_ transport: TransportProtocol, client: Endpoint, server: Endpoint, stamp: PacketStamp) {
    key = FlowKey(transport, client, server)
    self.transport = transport
    self.client = client
    self.server = server
    firstStamp = stamp
    lastStamp = stamp
  }

  func withStream<Result>(_ direction: Direction, _ body: (inout StreamAssembly) -> Result) -> Result {
    switch direction {
    case .clientToServer: body(&toServer)
    case .serverToClient: body(&toClient)
    }
  }

  func direction(from source: Endpoint) -> Direction {
    source == client ? .clientToServer : .serverToClient
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
    case .end(let stamp):
      self.emit(.halfClosed(direction), time: stamp.time, packet: stamp.number, to: emit)
    }
  }

  func close(_ closing: SessionClosing, time: Timestamp, packet: UInt64?, emit: ReplayEmit) {
    self.emit(.closed(closing), time: time, packet: packet, to: emit)
    isClosed = true
  }
}
