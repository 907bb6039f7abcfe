import CaptureFile
import Packets
import SessionEvents

/// Reads a recording strictly, as its recorder wrote it, and keeps account of what is not so.
///
/// Where the sidecar says that a packet has a number, it must have it. Once a packet is missing, or there are more, the
/// following ones are expected that much earlier or later.
final class Verification {
  /// Packets behind a session's end that are still taken for its own, lest one difference breed others.
  private static let grace: UInt64 = 16
  /// Damaged payloads that are kept to find the byte in.
  private static let keptLimit = 256

  private(set) var verdict = Verdict()
  private var feed: SidecarFeed
  private var openSessions: [SessionID: SessionProof] = [:]
  private var byKey: [FlowKey: SessionProof] = [:]
  /// Sessions that the sidecar closed, in that order.
  private var ending: [SessionProof] = []
  private var known = SessionSet()
  private var packetCount: UInt64 = 0
  private var lastPlace: UInt64 = 0
  /// How much later packets stand than the sidecar says; what of that was told since it was last seen.
  private var shift: Int64 = 0
  private var toldShift: Int64 = 0
  private var isShiftUnclear = false
  private var keptCount = 0

  init(_ feed: consuming SidecarFeed) {
    self.feed = feed
  }

  /// Takes the next packet of the capture.
  func take(_ captured: CapturedPacket, _ frame: Span<UInt8>, linkType: LinkType) {
    takeLines(upTo: packetCount)
    packetCount = captured.number
    settleDue()
    do throws(RecordedPacket.Defect) {
      let packet = try RecordedPacket(frame, originalLength: captured.originalLength, linkType: linkType)
      take(packet, frame, captured)
    } catch {
      isShiftUnclear = true
      add(Difference(.packet(error.text), packet: captured.number))
    }
  }

  /// The capture is at its end, or cannot be read on.
  func finish(failure: CaptureError?) -> Verdict {
    verdict.packetCount = packetCount
    takeLines(upTo: .max)
    for session in ending { settle(session) }
    for session in openSessions.values.sorted(by: { $0.id < $1.id }) { leave(session) }
    for defect in feed.defects { add(Difference(.sidecar(defect))) }
    if feed.isCutShort { verdict.doubt("the sidecar ends within a line: what stood behind it is not known") }
    if let failure {
      add(Difference(.capture("\(failure)")))
    } else if openSessions.isEmpty {
      checkCount()
    }
    verdict.sort()
    return verdict
  }

  /// The capture's packets are framed in another way than the sidecar says, so that none can be read.
  func finish(linkType: String) -> Verdict {
    add(Difference(.capture("its packets are framed as \(linkType), which is not what the sidecar says")))
    return verdict
  }

  // MARK: Packets

  private func take(_ packet: RecordedPacket, _ frame: Span<UInt8>, _ captured: CapturedPacket) {
    let key = FlowKey(packet.isTCP ? .tcp : .udp, packet.source, packet.destination)
    guard let session = session(of: packet, key) else { return stray(packet, captured) }
    if !session.hasPackets {
      anchor(session, captured.number, packet)
      noteOrigin(of: session)
    }
    if let byteCount = session.gap(before: packet) {
      findGap(byteCount, session, session.direction(of: packet))
    }
    let keeps = keptCount < Self.keptLimit
    if !packet.isIntact, keeps { keptCount += 1 }
    let effect = session.take(packet, frame, captured, keepsDamaged: keeps)
    toldShift += effect.shift
    isShiftUnclear = isShiftUnclear || effect.isUnclear
    for difference in session.takeDifferences() { add(difference) }
  }

  /// The session of a packet; a line that opens it may not have had its turn yet.
  private func session(of packet: RecordedPacket, _ key: FlowKey) -> SessionProof? {
    let current = byKey[key]
    if let current, !(packet.beginsSession && current.hasBegun) { return current }
    let distance = feed.distance { line in
      guard case .opened(let opening, let shown) = line.content else { return false }
      let server = shown?.server ?? opening.originalDestination
      return FlowKey(opening.transport, shown?.client ?? opening.client, server) == key
    }
    if let distance { takeLines(count: distance + 1) }
    return byKey[key]
  }

  private func stray(_ packet: RecordedPacket, _ captured: CapturedPacket) {
    if packet.isIntact {
      toldShift += 1
      add(Difference(.strayPacket(from: packet.source, to: packet.destination), packet: captured.number))
    } else {
      isShiftUnclear = true
      add(
        Difference(
          .packet("its checksum does not hold, and it is of no session in the sidecar"),
          packet: captured.number))
    }
  }

  /// Compares the number of a session's first packet with what the sidecar says of it.
  private func anchor(_ session: SessionProof, _ number: UInt64, _ packet: RecordedPacket) {
    guard let recorded = session.openedPacket, session.direction(of: packet) == .clientToServer,
      !packet.isTCP || packet.beginsSession
    else { return }
    noteShift(Int64(clamping: number) &- Int64(clamping: recorded), at: number)
  }

  private func noteShift(_ newShift: Int64, at number: UInt64?) {
    let untold = newShift &- shift &- toldShift
    if untold != 0, !isShiftUnclear {
      let count = UInt64(untold.magnitude)
      add(Difference(untold < 0 ? .packetsMissing(count) : .packetsAdded(count), packet: number))
    }
    shift = newShift
    toldShift = 0
    isShiftUnclear = false
  }

  private func checkCount() {
    guard let recorded = Int64(exactly: lastPlace) else { return }
    noteShift(Int64(clamping: packetCount) &- recorded, at: nil)
  }

  /// A line that tells of a gap may not have had its turn yet.
  private func findGap(_ byteCount: UInt64, _ session: SessionProof, _ direction: Direction) {
    let distance = feed.distance { line in
      guard line.session == session.id, case .gap(direction, let recorded) = line.content else {
        return false
      }
      return recorded & 0xffff_ffff == byteCount
    }
    if let distance { takeLines(count: distance + 1) }
  }

  // MARK: Lines

  private func takeLines(upTo count: UInt64) {
    while let line = feed.peek() {
      let place = Int64(clamping: line.after).addingReportingOverflow(shift &+ toldShift)
      guard count == .max || place.overflow || place.partialValue <= Int64(clamping: count) else { return }
      takeLines(count: 1)
    }
  }

  private func takeLines(count: Int) {
    for _ in 0..<count {
      if let line = feed.next() { take(line) }
    }
  }

  private func take(_ line: SidecarLine) {
    guard let id = line.session else {
      if case .lost(let loss) = line.content {
        verdict.doubt(
          "\(HumaneUnits.count(loss.packetCount + loss.eventCount)) packets and events were not recorded: \(loss.reason)"
        )
      }
      return
    }
    if line.after < lastPlace {
      add(Difference(.sidecar("a line of its stands before earlier ones"), session: id))
    }
    lastPlace = max(lastPlace, line.after)
    if case .opened(let opening, let shown) = line.content {
      return open(SessionProof(id, opening, shown, line))
    }
    guard let session = openSessions[id] else {
      return add(Difference(.sidecar("a line tells of it while it is not open"), session: id))
    }
    switch line.content {
    case .gap(let direction, let byteCount): session.skip(byteCount, in: direction)
    case .closed(let closing, let totals): close(session, closing, totals)
    case .opened, .clientHello, .secured, .bypassed, .halfClosed, .lost, .unknown: break
    }
  }

  private func open(_ session: SessionProof) {
    guard !known.contains(session.id) else {
      return add(Difference(.sidecar("it is opened twice"), session: session.id))
    }
    known.insert(session.id)
    verdict.sessionCount += 1
    if let earlier = byKey[session.key] {
      if earlier.closing != nil, let index = ending.firstIndex(where: { $0 === earlier }) {
        ending.remove(at: index)
        settle(earlier)
      }
    }
    openSessions[session.id] = session
    byKey[session.key] = session
  }

  private func close(_ session: SessionProof, _ closing: SessionClosing, _ totals: SessionTotals) {
    session.closing = (closing, totals)
    session.settleAt = packetCount + Self.grace
    if !session.hasPackets { noteOrigin(of: session) }
    openSessions[session.id] = nil
    ending.append(session)
    if let recording = closing.continuedIn { noteCut(session, .goesOn(in: recording)) }
  }

  // MARK: Ends

  private func settleDue() {
    guard let first = ending.first, first.settleAt < packetCount else { return }
    let due = ending.prefix { $0.settleAt < packetCount }
    ending.removeFirst(due.count)
    for session in due { settle(session) }
  }

  private func settle(_ session: SessionProof) {
    let differences = session.settle()
    for difference in differences { add(difference) }
    if differences.isEmpty { verdict.provedByteCount += session.byteCount }
    if byKey[session.key] === session { byKey[session.key] = nil }
  }

  /// A session that the sidecar does not end.
  private func leave(_ session: SessionProof) {
    for difference in session.settle() { add(difference) }
    verdict.doubt(
      "session \(session.id) has no end in the sidecar: only its packets' checksums speak for its \(HumaneUnits.count(session.byteCount)) bytes"
    )
  }

  private func noteOrigin(of session: SessionProof) {
    if let recording = session.opening.continues?.recording { noteCut(session, .comes(from: recording)) }
  }

  private func noteCut(_ session: SessionProof, _ side: SessionCut.Side) {
    guard verdict.cuts.count < Verdict.cutLimit else { return }
    verdict.cuts.append(
      SessionCut(
        session: session.id, side: side, clientPosition: session.position(of: .clientToServer),
        serverPosition: session.position(of: .serverToClient)))
  }

  private func add(_ difference: Difference) {
    verdict.add(difference)
  }
}

extension RecordedPacket {
  fileprivate var isTCP: Bool {
    if case .tcp = transport { return true }
    return false
  }

  /// Whether it is a client's SYN.
  fileprivate var beginsSession: Bool {
    guard case .tcp(_, let flags) = transport else { return false }
    return flags.contains(.syn) && !flags.contains(.ack)
  }
}
