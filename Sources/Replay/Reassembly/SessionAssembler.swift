import CaptureFile
import Packets
public import SessionEvents

/// Puts sessions together from TCP segments and UDP datagrams, and from a sidecar's facts where there is one.
///
/// The client is who sent the SYN; of a connection that was under way when the capture began, the side with the
/// higher port (the first sender where the ports are equal). Of a datagram session it is the first sender, unless
/// that one speaks from port 53 to another port. Holds no more than `ReassemblyLimits` allow. Not thread-safe.
public final class SessionAssembler {
  let limits: ReassemblyLimits
  var flows: [FlowKey: Flow] = [:]
  /// The open sessions that a sidecar told of.
  var managed: [SessionID: Flow] = [:]
  var notebook = NoteBook()
  /// Whether the sidecar has nothing more to say, so that packets alone decide.
  var isSidecarExhausted = true
  private var usedNumbers = NumberSet()
  private let nextSessionNumber: () -> UInt64
  private var ended: [FlowKey] = []
  private var endedIndex = 0
  private var pendingCost = 0
  private var idleQueue = IdleQueue()
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

  public var notes: [ReplayNote] { notebook.notes }

  // MARK: Input

  /// Takes a segment and its payload, as far as it was captured.
  public func receive(
    _ segment: SegmentHeader, payload: Span<UInt8>, at stamp: PacketStamp, emit: ReplayEmit
  ) {
    advance(to: stamp, emit: emit)
    guard let flow = flow(for: segment, at: stamp, emit: emit) else { return }
    let direction = flow.direction(from: segment.source)
    guard !flow.isClosed else { return noteLateBytes(segment, payload, flow, direction, stamp) }
    take(segment, payload, flow, direction, stamp, emit)
    flow.lastStamp = stamp
    settle(flow, segment, direction, stamp, emit)
  }

  /// Takes a datagram; `missing` bytes of its payload, at its end, were not captured.
  public func receiveDatagram(
    from source: Endpoint, to destination: Endpoint, payload: Span<UInt8>, missing: Int = 0,
    at stamp: PacketStamp, emit: ReplayEmit
  ) {
    advance(to: stamp, emit: emit)
    let key = FlowKey(.udp, source, destination)
    let flow: Flow
    if let known = flows[key], !known.isClosed {
      flow = known
    } else {
      let isAnswer = source.port == 53 && destination.port != 53
      let (client, server) = isAnswer ? (destination, source) : (source, destination)
      flow = begin(Flow(.udp, client: client, server: server, stamp: stamp), emit: emit)
      idleQueue.append(flow, lastActive: clock)
      openUnmanaged(flow, emit: emit)
    }
    flow.lastStamp = stamp
    let direction = flow.direction(from: source)
    flow.emit(
      .datagram(direction, payload.copied()), time: stamp.time, packet: stamp.number, to: emit)
    if missing > 0 {
      flow.emit(
        .gap(direction, byteCount: UInt64(missing)), time: stamp.time, packet: stamp.number, to: emit)
    }
    flow.withStream(direction) { $0.count(payload.count + missing) }
  }

  /// Tells of packets that carried nothing for a session, or that could not be read.
  public func skip(_ reason: String, packet: UInt64, count: UInt64 = 1) {
    notebook.add(.packetsSkipped(reason), packet: packet, count: count)
  }

  /// Closes what is still open: the capture is at its end.
  public func finish(emit: ReplayEmit) {
    let open = flows.values.filter { !$0.isClosed && $0.session != nil }
    for flow in open.sorted(by: Self.byNumber) { closeByPackets(flow, emit: emit) }
    flows = [:]
    managed = [:]
  }

  // MARK: TCP

  private func take(
    _ segment: SegmentHeader, _ payload: Span<UInt8>, _ flow: Flow, _ direction: Direction,
    _ stamp: PacketStamp, _ emit: ReplayEmit
  ) {
    let costBefore = flow.pendingCost
    let isReset = segment.flags.contains(.rst)
    if segment.flags.contains(.ack) {
      flow.withStream(direction.opposite) { stream in
        if isReset, !stream.hasBase { return }
        stream.acknowledge(segment.acknowledgment) { flow.emit($0, direction.opposite, to: emit) }
      }
    }
    let first = segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence
    let isFinal = segment.flags.contains(.fin)
    if payload.count > 0 || segment.missingByteCount > 0 || isFinal, !isReset {
      if flow.session == nil { openUnmanaged(flow, emit: emit) }
      let oddities = flow.withStream(direction) { stream in
        stream.receive(
          at: first, payload: payload, missing: segment.missingByteCount, isFinal: isFinal, stamp: stamp,
          limits: limits
        ) { flow.emit($0, direction, to: emit) }
      }
      note(oddities, packet: stamp.number)
    } else {
      flow.withStream(direction) { stream in
        if !isReset { stream.begin(at: first) }
        stream.sentUp(to: first, isReset: isReset)
      }
    }
    pendingCost += flow.pendingCost - costBefore
    limitPending(flow, stamp, emit)
  }

  /// Closes the session if this segment ended it.
  private func settle(
    _ flow: Flow, _ segment: SegmentHeader, _ direction: Direction, _ stamp: PacketStamp, _ emit: ReplayEmit
  ) {
    if flow.session == nil, segment.flags.contains(.syn) { openUnmanaged(flow, emit: emit) }
    guard flow.packetClosing == nil else { return }
    if segment.flags.contains(.rst) {
      flow.packetClosing = (SessionClosing(.reset(by: direction.sender)), stamp)
    } else if flow.toServer.isEnded, flow.toClient.isEnded {
      flow.packetClosing = (SessionClosing(.fin), stamp)
    } else {
      return
    }
    if !flow.isManaged || isSidecarExhausted { closeByPackets(flow, emit: emit) }
  }

  /// The connection that a segment belongs to; nil where it opens none.
  private func flow(for segment: SegmentHeader, at stamp: PacketStamp, emit: ReplayEmit) -> Flow? {
    let key = FlowKey(.tcp, segment.source, segment.destination)
    let known = flows[key]
    if segment.flags.contains(.syn), !segment.flags.contains(.rst) {
      if let known, known.continues(segment) { return known }
      if let known, !known.isClosed { closeByPackets(known, emit: emit) }
      let fromClient = !segment.flags.contains(.ack)
      let client = fromClient ? segment.source : segment.destination
      let server = fromClient ? segment.destination : segment.source
      return begin(Flow(.tcp, client: client, server: server, stamp: stamp), emit: emit)
    }
    if let known { return known }
    guard !segment.flags.contains(.rst) else { return nil }
    let sourceIsClient = segment.source.port >= segment.destination.port
    let client = sourceIsClient ? segment.source : segment.destination
    let server = sourceIsClient ? segment.destination : segment.source
    return begin(Flow(.tcp, client: client, server: server, stamp: stamp), emit: emit)
  }

  private func noteLateBytes(
    _ segment: SegmentHeader, _ payload: Span<UInt8>, _ flow: Flow, _ direction: Direction,
    _ stamp: PacketStamp
  ) {
    let stream = direction == .clientToServer ? flow.toServer : flow.toClient
    guard stream.isNews(at: segment.sequence, byteCount: payload.count) else { return }
    notebook.add(.bytesAfterClose, packet: stamp.number)
  }

  private func note(_ oddities: StreamAssembly.Oddities, packet: UInt64) {
    guard !oddities.isEmpty else { return }
    if oddities.contains(.conflict) { notebook.add(.conflictingOverlap, packet: packet) }
    if oddities.contains(.beyondEnd) { notebook.add(.bytesBeyondEnd, packet: packet) }
    if oddities.contains(.limitHit) { notebook.add(.pendingLimit, packet: packet) }
  }

  private func limitPending(_ flow: Flow, _ stamp: PacketStamp, _ emit: ReplayEmit) {
    guard pendingCost > limits.pendingBytesInAll else { return }
    notebook.add(.pendingLimit, packet: stamp.number)
    let costBefore = flow.pendingCost
    while flow.toServer.yieldRoom({ flow.emit($0, .clientToServer, to: emit) }) {}
    while flow.toClient.yieldRoom({ flow.emit($0, .serverToClient, to: emit) }) {}
    pendingCost += flow.pendingCost - costBefore
  }

  // MARK: Opening and closing

  func begin(_ flow: Flow, emit: ReplayEmit) -> Flow {
    if flows.count >= limits.openSessions { evict(emit: emit) }
    flows[flow.key] = flow
    return flow
  }

  private func openUnmanaged(_ flow: Flow, emit: ReplayEmit) {
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
      pendingCost -= flow.pendingCost
      for direction in Direction.allCases {
        let recorded = totals.map { $0[direction].byteCount }
        flow.withStream(direction) { stream in
          stream.finish(recorded: recorded, stamp: stamp) { flow.emit($0, direction, to: emit) }
        }
      }
    }
    flow.close(closing, time: time, packet: packet, emit: emit)
    if let session = flow.sidecarSession, managed[session] === flow { managed[session] = nil }
    if flow.transport == .tcp { remember(flow) } else { forget(flow.key, ifStill: flow) }
  }

  /// Keeps an ended connection in the table for a while, so that its late segments are known for what they are.
  private func remember(_ flow: Flow) {
    guard flows[flow.key] === flow else { return }
    if ended.count < limits.rememberedConnections {
      ended.append(flow.key)
      return
    }
    guard !ended.isEmpty else { return forget(flow.key, ifStill: flow) }
    let oldest = ended[endedIndex]
    if let known = flows[oldest], known.isClosed, known !== flow { flows[oldest] = nil }
    ended[endedIndex] = flow.key
    endedIndex = (endedIndex + 1) % ended.count
  }

  private func forget(_ key: FlowKey, ifStill flow: Flow) {
    if flows[key] === flow { flows[key] = nil }
  }

  /// Closes the half of all sessions that was silent longest.
  private func evict(emit: ReplayEmit) {
    let oldest = flows.values.sorted { $0.lastStamp.number < $1.lastStamp.number }.prefix(flows.count / 2 + 1)
    var count: UInt64 = 0
    for flow in oldest {
      if !flow.isClosed, flow.session != nil {
        count += 1
        closeByPackets(flow, emit: emit)
      }
      forget(flow.key, ifStill: flow)
    }
    if count > 0 { notebook.add(.sessionLimit, packet: oldest.last?.lastStamp.number, count: count) }
  }

  // MARK: Time

  private func advance(to stamp: PacketStamp, emit: ReplayEmit) {
    clock = max(clock, stamp.time)
    let now = clock
    while let flow = idleQueue.nextIdle(now: now, after: limits.datagramIdle) {
      if !flow.isManaged || isSidecarExhausted { closeByPackets(flow, emit: emit) }
    }
  }

  static func byNumber(_ one: Flow, _ other: Flow) -> Bool {
    (one.session?.rawValue ?? 0) < (other.session?.rawValue ?? 0)
  }
}
