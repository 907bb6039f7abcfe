import Packets
public import SessionEvents

extension SessionAssembler {
  /// Takes a segment and its payload, as far as it was captured.
  public func receive(
    _ segment: SegmentHeader, payload: Span<UInt8>, at stamp: PacketStamp, emit: ReplayEmit
  ) {
    advance(to: stamp, emit: emit)
    guard let flow = flow(for: segment, at: stamp, emit: emit) else { return }
    let direction = flow.direction(from: segment.source)
    defer { tellOwner(of: stamp, flow) }
    guard !flow.isClosed else { return noteLateBytes(segment, payload, flow, direction, stamp) }
    take(segment, payload, flow, direction, stamp, emit)
    flow.lastStamp = stamp
    settle(flow, segment, direction, stamp, emit)
  }

  // MARK: Helpers

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
}
