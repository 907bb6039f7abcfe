import CaptureFile
import Packets
import SessionEvents

/// One session of the sidecar, and what the capture has of it; owned by one `Verification`.
final class SessionProof {
  let id: SessionID
  let opening: SessionOpening
  /// As its packets carry it.
  let client: Endpoint
  let server: Endpoint
  let key: FlowKey
  /// When it opened, and the packet that showed it, as the sidecar says.
  let opened: Timestamp
  let openedPacket: UInt64?
  /// How it ended; nil as long as the sidecar has not said.
  var closing: (closing: SessionClosing, totals: SessionTotals)?
  /// Packets that may follow a `closed` whose place is not quite right.
  var settleAt: UInt64 = .max
  private(set) var hasPackets = false
  private var clientStream = StreamProof(of: .client)
  private var serverStream = StreamProof(of: .server)
  /// Whether the client went on before the server's SYN came.
  private var hasClientGoneOn = false
  private var resetBy: Party?
  private var origin: [Direction: UInt64] = [:]
  private var differences: [Difference] = []

  init(_ id: SessionID, _ opening: SessionOpening, _ shown: ShownEndpoints?, _ line: SidecarLine) {
    self.id = id
    self.opening = opening
    client = shown?.client ?? opening.client
    server = shown?.server ?? opening.originalDestination
    key = FlowKey(opening.transport, client, server)
    opened = line.time
    openedPacket = line.packet
  }

  /// Whether the client's SYN was there.
  var hasBegun: Bool { clientStream.hasBegun }

  /// Takes a gap that the sidecar tells of.
  ///
  /// The first of each direction in a session that another recording began, at the time of its opening, is what that one
  /// has.
  func skip(_ byteCount: UInt64, in direction: Direction, at time: Timestamp) {
    if opening.continues != nil, !hasPackets, time == opened, origin[direction] == nil {
      origin[direction] = byteCount
    }
    withStream(direction) { $0.skip(byteCount) }
  }

  /// Where it was cut: how many bytes each side had sent, those included that nothing recorded.
  func cut(_ side: SessionCut.Side) -> SessionCut {
    switch side {
    case .goesOn:
      SessionCut(
        session: id, side: side, clientPosition: clientStream.position, serverPosition: serverStream.position)
    case .comes:
      SessionCut(
        session: id, side: side, clientPosition: origin[.clientToServer] ?? 0,
        serverPosition: origin[.serverToClient] ?? 0)
    }
  }

  func direction(of packet: RecordedPacket) -> Direction {
    packet.source == client ? .clientToServer : .serverToClient
  }

  /// The bytes that the sidecar would have to call a gap for the packet to be in its place; nil where it is.
  func gap(before packet: RecordedPacket) -> UInt64? {
    guard packet.isIntact, case .tcp(let sequence, _, let flags) = packet.transport, !flags.contains(.syn)
    else {
      return nil
    }
    return direction(of: packet) == .clientToServer
      ? clientStream.gapBefore(sequence) : serverStream.gapBefore(sequence)
  }

  /// Whether a damaged packet is most likely one of this session, and which way it went.
  ///
  /// One of its addresses and ports may be wrong, if it stands where the next packet of its direction belongs.
  func direction(ofDamaged packet: RecordedPacket) -> Direction? {
    Direction.allCases.first { direction in
      let (source, destination) = direction == .clientToServer ? (client, server) : (server, client)
      let agreements = [
        packet.source.address == source.address, packet.source.port == source.port,
        packet.destination.address == destination.address, packet.destination.port == destination.port,
      ]
      let stream = direction == .clientToServer ? clientStream : serverStream
      return agreements.count { $0 } >= 3 && stream.mayGoOn(with: packet)
    }
  }

  /// Takes one of its packets.
  func take(
    _ packet: RecordedPacket, _ frame: Span<UInt8>, _ captured: CapturedPacket, _ direction: Direction,
    keepsDamaged: Bool
  ) -> PacketEffect {
    hasPackets = true
    let payload = frame.extracting(packet.payload)
    let effect: PacketEffect
    switch packet.transport {
    case .udp:
      effect = withStream(direction) {
        $0.take(packet, payload, captured.number, keepsDamaged: keepsDamaged)
      }
    case .tcp(let sequence, let acknowledgment, let flags):
      var said = take(sequence, flags, packet, payload, captured, direction, keepsDamaged)
      if packet.isIntact, let acknowledgment, lacksBytes(acknowledgment, direction) {
        said.place(.outOfOrder, captured.number)
      }
      effect = said
    }
    if let kind = effect.difference {
      differences.append(Difference(kind, party: direction.sender, packet: effect.packet))
    }
    return effect
  }

  /// What differs, as far as it was not taken yet.
  func takeDifferences() -> [Difference] {
    defer { differences = [] }
    return differences.map(owned)
  }

  /// What can be said at the end, beside what was said before; of a capture that was cut `isCut`, less.
  func settle(isCut: Bool) -> [Difference] {
    if isCut { return (clientStream.differences(from: nil) + serverStream.differences(from: nil)).map(owned) }
    guard hasPackets || opening.transport == .tcp && opening.continues == nil || openedPacket != nil else {
      return streamDifferences
    }
    guard hasPackets else {
      return [owned(Difference(.beginning("none of its packets is there"), packet: openedPacket))]
    }
    return streamDifferences + endDifferences
  }

  /// Payload that is in the capture.
  var byteCount: UInt64 { clientStream.byteCount + serverStream.byteCount }

  // MARK: Helpers

  private func take(
    _ sequence: UInt32, _ flags: TCPFlags, _ packet: RecordedPacket, _ payload: Span<UInt8>,
    _ captured: CapturedPacket, _ direction: Direction, _ keepsDamaged: Bool
  ) -> PacketEffect {
    if flags.contains(.syn) {
      checkTime(captured, direction)
      var effect = withStream(direction) { $0.begin(at: sequence, packet, captured.number) }
      let isLate = direction == .clientToServer ? serverStream.hasBegun : hasClientGoneOn
      if isLate { effect.place(.outOfOrder, captured.number) }
      return effect
    }
    if direction == .clientToServer, !serverStream.hasBegun { hasClientGoneOn = true }
    var isUnclear = false
    let hasBegun = direction == .clientToServer ? clientStream.hasBegun : serverStream.hasBegun
    if !hasBegun, opening.continues == nil {
      isUnclear = true
      let text = "its \(direction == .clientToServer ? "SYN" : "SYN-ACK") is not there"
      differences.append(Difference(.beginning(text), party: direction.sender, packet: captured.number))
    }
    if flags.contains(.rst), packet.isIntact { resetBy = direction.sender }
    var effect = withStream(direction) {
      $0.take(sequence, flags, packet, payload, captured.number, keepsDamaged: keepsDamaged)
    }
    effect.isUnclear = effect.isUnclear || isUnclear
    return effect
  }

  private func lacksBytes(_ acknowledgment: UInt32, _ direction: Direction) -> Bool {
    withStream(direction.opposite) { $0.acknowledge(acknowledgment) }
  }

  private func checkTime(_ captured: CapturedPacket, _ direction: Direction) {
    guard captured.time != opened else { return }
    let text = "its handshake has the time \(captured.time), not \(opened)"
    differences.append(Difference(.beginning(text), party: direction.sender, packet: captured.number))
  }

  private var streamDifferences: [Difference] {
    let totals = closing?.totals
    return (clientStream.differences(from: totals?.client) + serverStream.differences(from: totals?.server))
      .map(owned)
  }

  private var endDifferences: [Difference] {
    guard opening.transport == .tcp, let end = closing?.closing.end else { return [] }
    let hasBoth = clientStream.hasEnded && serverStream.hasEnded
    let text: String? =
      switch end {
      case .fin:
        hasBoth ? nil : "it was closed by both sides, but a FIN is not there"
      case .reset(let party):
        resetBy == party ? nil : "it was reset by the \(party.rawValue), but that RST is not there"
      case .idle, .open:
        resetBy.map { "it was open, but has a RST of the \($0.rawValue)" }
      }
    return text.map { [owned(Difference(.end($0)))] } ?? []
  }

  private func owned(_ difference: Difference) -> Difference {
    var difference = difference
    difference.session = id
    return difference
  }

  private func withStream<Result>(_ direction: Direction, _ body: (inout StreamProof) -> Result) -> Result {
    switch direction {
    case .clientToServer: body(&clientStream)
    case .serverToClient: body(&serverStream)
    }
  }
}
