import CaptureFile
public import SessionEvents

/// Puts sessions together from TCP segments and UDP datagrams, and from a sidecar's facts where there is one.
///
/// The client is who sent the SYN; of a connection that was under way when the capture began, whom the first bytes show
/// to be it (`StreamOpening`), else the side with the higher port, else the first sender. Of a datagram session it is the
/// first sender, unless its datagram is a DNS response, or goes from a port below 1024 to a higher one. What is answered
/// directly to a question that a host put to a multicast group belongs to that session, whose server is the group. Holds
/// no more than `ReassemblyLimits` allow. Not thread-safe.
public final class SessionAssembler {
  let limits: ReassemblyLimits
  var flows = FlowTable()
  /// The open sessions that a sidecar told of.
  var managed: [SessionID: Flow] = [:]
  var notebook = NoteBook()
  /// Whether the sidecar has nothing more to say, so that packets alone decide.
  var isSidecarExhausted = true
  private var usedNumbers = NumberSet()
  private let nextSessionNumber: () -> UInt64
  private var ended: [FlowKey] = []
  private var endedIndex = 0
  /// Bytes that wait in all streams for holes to be filled, bookkeeping included.
  var pendingCost = 0
  /// Bytes of all streams that are kept to be compared, bookkeeping included.
  var comparedCost = 0
  private var idleQueue = IdleQueue()
  var lingering = LingerQueue()
  private var clock = Timestamp(nanoseconds: .min)

  /// Begins without sessions; `nextSessionNumber` gives the number of each that no sidecar numbered.
  public init(limits: ReassemblyLimits = ReassemblyLimits(), nextSessionNumber: (() -> UInt64)? = nil) {
    self.limits = limits
    var last: UInt64 = 0
    self.nextSessionNumber =
      nextSessionNumber ?? {
        last += 1
        return last
      }
  }

  /// Is told of every packet that belongs to a session, once that is open.
  public var onPacket: PacketOwner?
  /// Is shown everything before it is taken.
  var onIntake: ((Intake) -> Void)?

  public var notes: [ReplayNote] { notebook.notes }

  // MARK: Input

  /// Takes a datagram; `missing` bytes of its payload, at its end, were not captured.
  public func receiveDatagram(
    from source: Endpoint, to destination: Endpoint, payload: Span<UInt8>, missing: Int = 0,
    at stamp: PacketStamp, emit: ReplayEmit
  ) {
    if let onIntake {
      onIntake(.datagram(from: source, to: destination, payload.copied(), missing: missing, stamp))
    }
    advance(to: stamp, emit: emit)
    let bytes = payload.copied()
    let flow: Flow
    if let known = flows[FlowKey(.udp, source, destination)], !known.isClosed {
      flow = known
    } else if let asked = multicastFlow(answeredFrom: source, to: destination) {
      flow = asked
    } else {
      let isAnswer = isAnswer(bytes, from: source, to: destination)
      let (client, server) = isAnswer ? (destination, source) : (source, destination)
      flow = begin(Flow(.udp, client: client, server: server, stamp: stamp), emit: emit)
      idleQueue.append(flow, lastActive: clock)
      openUnmanaged(flow, emit: emit)
    }
    flow.lastStamp = stamp
    let direction = flow.direction(from: source)
    flow.emit(
      .datagram(direction, bytes), time: stamp.time, packet: stamp.number, to: emit)
    if missing > 0 {
      flow.emit(
        .gap(direction, byteCount: UInt64(missing)), time: stamp.time, packet: stamp.number, to: emit)
    }
    // Only a sidecar tells later how many bytes there should have been.
    if flow.isManaged { flow.withStream(direction) { $0.count(payload.count + missing) } }
    tellOwner(of: stamp, flow)
  }

  /// The session in which a host asked a group what another one now answers to it alone.
  private func multicastFlow(answeredFrom source: Endpoint, to destination: Endpoint) -> Flow? {
    for group in MulticastGroups.addresses(port: source.port, like: destination.address) {
      let key = FlowKey(.udp, destination, Endpoint(address: group, port: source.port))
      if let flow = flows[key], !flow.isClosed, flow.client == destination { return flow }
    }
    return nil
  }

  func tellOwner(of stamp: PacketStamp, _ flow: Flow) {
    guard let onPacket, let session = flow.session else { return }
    onPacket(stamp.number, session)
  }

  /// Tells of packets that carried nothing for a session, or that could not be read.
  public func skip(_ reason: String, packet: UInt64, count: UInt64 = 1) {
    notebook.add(.packetsSkipped(reason), packet: packet, count: count)
  }

  /// Closes what is still open: the capture is at its end.
  public func finish(emit: ReplayEmit) {
    let open = flows.all.filter { !$0.isClosed && $0.session != nil }
    for flow in open.sorted(by: Self.byNumber) { closeByPackets(flow, emit: emit) }
    flows.removeAll()
    managed = [:]
  }

  private func isAnswer(_ payload: [UInt8], from source: Endpoint, to destination: Endpoint) -> Bool {
    // Of two equal ports none is a server's (multicast DNS, NTP).
    guard source.port != destination.port else { return false }
    switch StreamOpening.datagramSender(of: payload) {
    case .client: return false
    case .server: return true
    case nil:
      return source.port < 1_024 && destination.port >= 1_024 || [5_353, 5_355].contains(source.port)
    }
  }

  // MARK: Opening and closing

  func begin(_ flow: Flow, emit: ReplayEmit) -> Flow {
    if flows.count >= limits.openSessions { evict(emit: emit) }
    flows.insert(flow)
    return flow
  }

  func openUnmanaged(_ flow: Flow, emit: ReplayEmit) {
    let opening = SessionOpening(
      transport: flow.transport, client: flow.client, originalDestination: flow.server, interception: .capture
    )
    flow.open(
      as: freshNumber(), opening, time: flow.firstStamp.time, packet: flow.firstStamp.number,
      emit: emit)
  }

  /// A session number that was not given yet.
  func freshNumber() -> SessionID {
    var number = nextSessionNumber()
    while usedNumbers.contains(number) { number = nextSessionNumber() }
    usedNumbers.insert(number)
    return SessionID(number)
  }

  /// The number that a sidecar gives, or another where it was given before.
  func number(given session: SessionID) -> SessionID {
    guard !usedNumbers.contains(session.rawValue) else {
      notebook.add(.sidecarCut("the sidecar gives a session number to several sessions"), packet: nil)
      return freshNumber()
    }
    usedNumbers.insert(session.rawValue)
    return session
  }

  /// Closes a session as its packets say it ended.
  func closeByPackets(_ flow: Flow, emit: ReplayEmit) {
    let unfinished = SessionClosing(flow.transport == .udp ? .idle : .open)
    if flow.isManaged { notebook.add(.recordingUnfinished, packet: nil) }
    let (closing, stamp) = flow.packetClosing ?? (unfinished, flow.lastStamp)
    close(flow, closing, totals: nil, time: stamp.time, packet: stamp.number, emit: emit)
  }

  /// Closes a session; `totals` is what was recorded of both streams, where a sidecar knows.
  func close(
    _ flow: Flow, _ closing: SessionClosing, totals: SessionTotals?, time: Timestamp, packet: UInt64?,
    emit: ReplayEmit
  ) {
    if flow.transport == .tcp || totals != nil {
      let stamp = PacketStamp(number: packet ?? flow.lastStamp.number, time: time)
      if let held = flow.streams.held { leaveOut(held, flow) }
      pendingCost -= flow.pendingCost
      comparedCost -= flow.comparedCost
      for direction in Direction.allCases {
        let recorded = totals.map { $0[direction].byteCount }
        flow.withStream(direction) { stream in
          stream.finish(recorded: recorded, stamp: stamp, limits: limits) {
            flow.emit($0, direction, to: emit)
          }
        }
      }
    }
    let ending = totals == nil ? Self.ending(of: flow, closing) : closing
    flow.close(ending, time: time, packet: packet, emit: emit)
    if let session = flow.sidecarSession, managed[session] === flow { managed[session] = nil }
    if flow.transport == .tcp { remember(flow) } else { flows.remove(flow) }
  }

  /// A session is over, too, if the ends of both its directions came out only when holes before them were given up.
  private static func ending(of flow: Flow, _ closing: SessionClosing) -> SessionClosing {
    guard closing.end == .open, flow.streams.toServer.isEnded, flow.streams.toClient.isEnded else {
      return closing
    }
    return SessionClosing(.fin)
  }

  /// Keeps an ended connection in the table for a while, so that its late segments are known for what they are.
  private func remember(_ flow: Flow) {
    guard flows[flow.key] === flow else { return }
    if ended.count < limits.rememberedConnections {
      ended.append(flow.key)
      return
    }
    guard !ended.isEmpty else { return flows.remove(flow) }
    if let known = flows[ended[endedIndex]], known.isClosed, known !== flow { flows.remove(known) }
    ended[endedIndex] = flow.key
    endedIndex = (endedIndex + 1) % ended.count
  }

  /// Closes the half of all sessions that was silent longest.
  private func evict(emit: ReplayEmit) {
    let oldest = flows.all.sorted { $0.lastStamp.number < $1.lastStamp.number }.prefix(flows.count / 2 + 1)
    var count: UInt64 = 0
    for flow in oldest {
      if !flow.isClosed, flow.session != nil {
        count += 1
        closeByPackets(flow, emit: emit)
      }
      flows.remove(flow)
    }
    if count > 0 { notebook.add(.sessionLimit, packet: oldest.last?.lastStamp.number, count: count) }
  }

  // MARK: Time

  func advance(to stamp: PacketStamp, emit: ReplayEmit) {
    clock = max(clock, stamp.time)
    let now = clock
    while let flow = lingering.next(
      now: now, after: limits.resetLinger, limit: limits.lingeringConnections)
    {
      // The sidecar closes what it knows; a reset that ended nothing is forgotten by now.
      guard !flow.isClosed, flow.resetter != nil, !flow.isManaged || isSidecarExhausted else { continue }
      closeByPackets(flow, emit: emit)
    }
    while let flow = idleQueue.nextIdle(now: now, after: limits.datagramIdle) {
      if !flow.isManaged || isSidecarExhausted { closeByPackets(flow, emit: emit) }
    }
  }

  static func byNumber(_ one: Flow, _ other: Flow) -> Bool {
    (one.session?.rawValue ?? 0) < (other.session?.rawValue ?? 0)
  }
}
