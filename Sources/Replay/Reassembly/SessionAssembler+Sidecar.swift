public import CaptureFile
public import SessionEvents

extension SessionAssembler {
  /// Takes a line of the recording's sidecar, whose place is before the packets that follow.
  ///
  /// A session that the sidecar opened is closed by it too, as long as it has more to say.
  public func receive(_ line: SidecarLine, emit: ReplayEmit) {
    onIntake?(.line(line))
    if case .lost(let loss) = line.content { noteLoss(loss) }
    guard let session = line.session else { return }
    switch line.content {
    case .opened(let opening, let shown):
      open(session, opening, shown, line, emit: emit)
    case .gap(let direction, let byteCount):
      guard let flow = managed[session] else { return }
      flow.emit(.gap(direction, byteCount: byteCount), time: line.time, packet: line.packet, to: emit)
      flow.withStream(direction) { stream in
        stream.skip(byteCount, limits: limits) { flow.emit($0, direction, to: emit) }
      }
    case .closed(let closing, let totals):
      guard let flow = managed[session] else { return }
      close(flow, closing, totals: totals, time: line.time, packet: line.packet, emit: emit)
    case .clientHello, .secured, .bypassed, .halfClosed, .lost, .unknown:
      guard let kind = line.eventKind, let flow = managed[session] else { return }
      flow.emit(kind, time: line.time, packet: line.packet, to: emit)
    }
  }

  /// The sidecar has no more lines: sessions that it left open end as their packets say.
  public func sidecarEnded(emit: ReplayEmit) {
    guard !isSidecarExhausted else { return }
    isSidecarExhausted = true
    let ended = managed.values.filter { $0.packetClosing != nil }
    for flow in ended.sorted(by: Self.byNumber) { closeByPackets(flow, emit: emit) }
  }

  private func open(
    _ session: SessionID, _ opening: SessionOpening, _ shown: ShownEndpoints?, _ line: SidecarLine,
    emit: ReplayEmit
  ) {
    guard managed[session] == nil else { return }
    let stamp = PacketStamp(number: line.packet ?? line.after, time: line.time)
    let flow = Flow(
      opening.transport, client: shown?.client ?? opening.client,
      server: shown?.server ?? opening.originalDestination, stamp: stamp)
    if let earlier = flows[flow.key], !earlier.isClosed { closeByPackets(earlier, emit: emit) }
    flow.sidecarSession = session
    managed[session] = begin(flow, emit: emit)
    flow.open(as: number(given: session), opening, time: line.time, packet: line.packet, emit: emit)
  }

  private func noteLoss(_ loss: RecordingLoss) {
    let packets = loss.packetCount + loss.eventCount
    notebook.add(
      .recordingLost("\(HumaneUnits.count(packets)) packets and events were not recorded: \(loss.reason)"),
      packet: nil)
  }
}
