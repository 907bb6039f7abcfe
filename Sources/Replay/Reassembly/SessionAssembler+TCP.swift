import Packets
public import SessionEvents

extension SessionAssembler {
  /// Takes a segment and its payload, as far as it was captured.
  public func receive(
    _ segment: SegmentHeader, payload: Span<UInt8>, at stamp: PacketStamp, emit: ReplayEmit
  ) {
    if let onIntake { onIntake(.segment(segment, payload.copied(), stamp)) }
    advance(to: stamp, emit: emit)
    guard let flow = flow(for: segment, payload, at: stamp, emit: emit) else { return }
    if flow.session == nil, !flow.isClientCertain, let sender = StreamOpening.sender(of: payload) {
      flow.settle(segment.source, as: sender)
    }
    let direction = flow.direction(from: segment.source)
    defer { if onPacket != nil { tellOwner(of: stamp, flows[flow.key] ?? flow) } }
    guard !flow.isClosed else { return noteLateBytes(segment, payload, flow, direction, stamp) }
    if !flow.isManaged, !segment.flags.contains(.syn) {
      let far = flow.isFar(segment, direction)
      if far.sequence {
        return takeFar(segment, payload, flow, isOther: far.acknowledgment, stamp, emit)
      }
      if far.acknowledgment, let held = flow.streams.held, held.header.source != segment.source,
        held.isNear(segment.acknowledgment)
      {
        release(held, flow, emit)
      }
    }
    take(segment, payload, flow, direction, stamp, emit)
  }

  // MARK: Helpers

  private func take(
    _ segment: SegmentHeader, _ payload: Span<UInt8>, _ flow: Flow, _ direction: Direction,
    _ stamp: PacketStamp, _ emit: ReplayEmit
  ) {
    let costBefore = flow.pendingCost
    let comparedBefore = flow.comparedCost
    let indexBefore = flow.nextIndex
    read(segment, payload, flow, direction, stamp, emit)
    pendingCost += flow.pendingCost - costBefore
    limitPending(flow, stamp, emit)
    comparedCost += flow.comparedCost - comparedBefore
    if comparedCost > limits.comparedBytesInAll { forgetRecent() }
    flow.lastStamp = stamp
    // What was under way when the connection was reset makes its end later.
    if flow.packetClosing != nil, flow.nextIndex > indexBefore { flow.streams.closing?.stamp = stamp }
    settle(flow, segment, direction, stamp, emit)
  }

  /// Takes the segment's numbers and bytes into the two streams.
  private func read(
    _ segment: SegmentHeader, _ payload: Span<UInt8>, _ flow: Flow, _ direction: Direction,
    _ stamp: PacketStamp, _ emit: ReplayEmit
  ) {
    let isReset = segment.flags.contains(.rst)
    if segment.flags.contains(.ack) {
      flow.withStream(direction.opposite) { stream in
        if isReset, !stream.hasBase { return }
        stream.acknowledge(segment.acknowledgment, limits: limits) {
          flow.emit($0, direction.opposite, to: emit)
        }
      }
    }
    let isSYN = segment.flags.contains(.syn)
    let first = isSYN ? segment.sequence &+ 1 : segment.sequence
    let isFinal = segment.flags.contains(.fin)
    guard !isReset, payload.count > 0 || segment.missingByteCount > 0 || isFinal else {
      if isReset, payload.count > 0 { notebook.add(.bytesInReset, packet: stamp.number) }
      return flow.withStream(direction) { stream in
        if !isReset { stream.begin(at: first, isCertain: isSYN) }
        // A second SYN may have other numbers, which count for nothing.
        if !isSYN { stream.sentUp(to: first, isReset: isReset) }
      }
    }
    if flow.session == nil { openUnmanaged(flow, emit: emit) }
    let oddities = flow.withStream(direction) { stream in
      stream.begin(at: first, isCertain: isSYN)
      return stream.receive(
        at: first, payload: payload, missing: segment.missingByteCount, isFinal: isFinal, stamp: stamp,
        limits: limits
      ) { flow.emit($0, direction, to: emit) }
    }
    note(oddities, packet: stamp.number)
  }

  /// Closes the session if this segment ended it.
  private func settle(
    _ flow: Flow, _ segment: SegmentHeader, _ direction: Direction, _ stamp: PacketStamp, _ emit: ReplayEmit
  ) {
    if flow.session == nil, segment.flags.contains(.syn) { openUnmanaged(flow, emit: emit) }
    if let resetter = flow.resetter {
      let highest = flow.withStream(direction) { $0.highest }
      let goesOn = segment.flags.contains(.syn) || highest > flow.streams.reset.place
      guard !segment.flags.contains(.rst), resetter == direction.sender, goesOn else { return }
      // Who has gone on after its reset has not sent it.
      notebook.add(.resetIgnored, packet: flow.streams.reset.packet)
      flow.streams.closing = nil
    }
    guard flow.packetClosing == nil else { return }
    if segment.flags.contains(.rst) {
      guard flow.withStream(direction, { $0.allowsReset(at: segment.sequence) }) else {
        return notebook.add(.resetIgnored, packet: stamp.number)
      }
      flow.streams.closing = (SessionClosing(.reset(by: direction.sender)), stamp)
      flow.streams.reset = (stamp.number, flow.withStream(direction) { $0.highest })
      guard flow.session != nil else { return closeByPackets(flow, emit: emit) }
      lingering.append(flow, reset: stamp.time)
    } else if flow.streams.toServer.isEnded, flow.streams.toClient.isEnded {
      flow.streams.closing = (SessionClosing(.fin), stamp)
      if !flow.isManaged || isSidecarExhausted { closeByPackets(flow, emit: emit) }
    }
  }

  // MARK: Which connection

  /// The connection that a segment belongs to; nil where it opens none.
  private func flow(
    for segment: SegmentHeader, _ payload: Span<UInt8>, at stamp: PacketStamp, emit: ReplayEmit
  ) -> Flow? {
    let known = flows[FlowKey(.tcp, segment.source, segment.destination)]
    if segment.flags.contains(.syn), !segment.flags.contains(.rst) {
      if let known, known.takes(syn: segment) { return known }
      if let known, !known.isClosed { closeByPackets(known, emit: emit) }
      let fromClient = !segment.flags.contains(.ack)
      let client = fromClient ? segment.source : segment.destination
      let server = fromClient ? segment.destination : segment.source
      return begin(Flow(.tcp, client: client, server: server, stamp: stamp), emit: emit)
    }
    if let known, !known.isClosed || !isAnother(segment, payload, after: known) { return known }
    guard !segment.flags.contains(.rst) else {
      if payload.count > 0 { notebook.add(.bytesInReset, packet: stamp.number) }
      return nil
    }
    return begin(underWay(segment, at: stamp), emit: emit)
  }

  /// A connection of which no SYN was captured: until its bytes say otherwise, the client has the higher port.
  private func underWay(_ segment: SegmentHeader, at stamp: PacketStamp) -> Flow {
    let sourceIsClient = segment.source.port >= segment.destination.port
    let client = sourceIsClient ? segment.source : segment.destination
    let server = sourceIsClient ? segment.destination : segment.source
    return Flow(.tcp, client: client, server: server, isClientCertain: false, stamp: stamp)
  }

  /// Whether a segment with bytes belongs to a later connection than the one that ended.
  private func isAnother(_ segment: SegmentHeader, _ payload: Span<UInt8>, after ended: Flow) -> Bool {
    guard payload.count > 0, !segment.flags.contains(.rst) else { return false }
    let direction = ended.direction(from: segment.source)
    let isReset = ended.resetter == direction.sender
    return ended.withStream(direction) { stream in
      stream.isFar(segment.sequence) || stream.isBeyondEnd(segment.sequence)
        || isReset && stream.isNews(at: segment.sequence, byteCount: payload.count)
    }
  }

  /// Takes a segment whose sequence number is far from its connection's.
  ///
  /// A damaged packet is alone with that. Otherwise either much was lost, or, if the acknowledgment is far too (`isOther`),
  /// the connection is another one, of which no SYN was captured.
  private func takeFar(
    _ segment: SegmentHeader, _ payload: Span<UInt8>, _ flow: Flow, isOther: Bool, _ stamp: PacketStamp,
    _ emit: ReplayEmit
  ) {
    guard let held = flow.streams.held, held.header.source == segment.source, held.isNear(segment.sequence)
    else {
      return hold(HeldSegment(header: segment, payload: payload.copied(), stamp: stamp), flow)
    }
    guard isOther else {
      release(held, flow, emit)
      return take(segment, payload, flow, flow.direction(from: segment.source), stamp, emit)
    }
    drop(held, flow)
    closeByPackets(flow, emit: emit)
    let other = begin(underWay(held.header, at: held.stamp), emit: emit)
    for (header, payload, stamp) in [
      (held.header, held.payload, held.stamp), (segment, payload.copied(), stamp),
    ] {
      if other.session == nil, let sender = StreamOpening.sender(of: payload.span) {
        other.settle(header.source, as: sender)
      }
      take(header, payload.span, other, other.direction(from: header.source), stamp, emit)
    }
  }

  /// Keeps a segment until another bears its numbers out.
  private func hold(_ segment: HeldSegment, _ flow: Flow) {
    if segment.header.flags.contains(.rst) {
      return notebook.add(.resetIgnored, packet: segment.stamp.number)
    }
    if let earlier = flow.streams.held { leaveOut(earlier, flow) }
    guard pendingCost + segment.cost <= limits.pendingBytesInAll else {
      return notebook.add(.strayBytes, packet: segment.stamp.number)
    }
    flow.streams.held = segment
    pendingCost += segment.cost
  }

  /// Takes a segment that was kept.
  private func release(_ held: HeldSegment, _ flow: Flow, _ emit: ReplayEmit) {
    drop(held, flow)
    let direction = flow.direction(from: held.header.source)
    take(held.header, held.payload.span, flow, direction, held.stamp, emit)
  }

  private func drop(_ held: HeldSegment, _ flow: Flow) {
    flow.streams.held = nil
    pendingCost -= held.cost
  }

  /// Nothing bore the segment's numbers out.
  func leaveOut(_ held: HeldSegment, _ flow: Flow) {
    drop(held, flow)
    if held.hasContent { notebook.add(.strayBytes, packet: held.stamp.number) }
  }

  // MARK: Notes and limits

  private func noteLateBytes(
    _ segment: SegmentHeader, _ payload: Span<UInt8>, _ flow: Flow, _ direction: Direction,
    _ stamp: PacketStamp
  ) {
    let isNews = flow.withStream(direction) { $0.isNews(at: segment.sequence, byteCount: payload.count) }
    guard isNews else { return }
    notebook.add(.bytesAfterClose, packet: stamp.number)
  }

  private func note(_ oddities: StreamAssembly.Oddities, packet: UInt64) {
    guard !oddities.isEmpty else { return }
    if oddities.contains(.conflict) { notebook.add(.conflictingOverlap, packet: packet) }
    if oddities.contains(.beyondEnd) { notebook.add(.bytesBeyondEnd, packet: packet) }
    if oddities.contains(.limitHit) { notebook.add(.pendingLimit, packet: packet) }
    if oddities.contains(.beforeStart) { notebook.add(.bytesBeforeStart, packet: packet) }
    if oddities.contains(.afterGap) { notebook.add(.bytesAfterGap, packet: packet) }
  }

  private func limitPending(_ flow: Flow, _ stamp: PacketStamp, _ emit: ReplayEmit) {
    guard pendingCost > limits.pendingBytesInAll else { return }
    notebook.add(.pendingLimit, packet: stamp.number)
    let costBefore = flow.pendingCost
    while flow.streams.toServer.yieldRoom(limits, { flow.emit($0, .clientToServer, to: emit) }) {}
    while flow.streams.toClient.yieldRoom(limits, { flow.emit($0, .serverToClient, to: emit) }) {}
    pendingCost += flow.pendingCost - costBefore
  }

  /// Forgets all bytes that are kept to be compared: they are bounded, and which go first matters little.
  private func forgetRecent() {
    for flow in flows.all where flow.transport == .tcp { flow.forgetRecent() }
    comparedCost = 0
  }
}
