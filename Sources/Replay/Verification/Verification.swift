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

  private struct Stray {
    var packet: UInt64
    var source: Endpoint
    var destination: Endpoint
    var count: UInt64 = 0
  }

  /// A change of packet numbers that nothing told explains, and that the next may take back.
  private struct UntoldShift {
    var count: Int64
    var packet: UInt64?
    var session: SessionID?
  }

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
  private var untoldShift: UntoldShift?
  private var isShiftUnclear = false
  /// Whether the capture cannot be read to its end.
  private var isCut = false
  /// Packets of no session.
  private var strays: [FlowKey: Stray] = [:]
  /// Sessions of which lines tell that none opens.
  private var unopened = SessionSet()
  private var keptCount = 0
  private var guessCount = 0

  init(_ feed: consuming SidecarFeed) {
    self.feed = feed
  }

  /// Takes the next packet of the capture.
  func take(_ captured: CapturedPacket, _ frame: Span<UInt8>, linkType: LinkType) {
    takeLines(upTo: packetCount)
    packetCount = captured.number
    settleDue()
    do throws(RecordedPacket.Defect) {
      if frame.count != captured.originalLength {
        let text = "it has \(frame.count) of \(captured.originalLength) bytes"
        add(Difference(.packet(text), packet: captured.number))
      }
      take(try RecordedPacket(frame, linkType: linkType), frame, captured)
    } catch {
      isShiftUnclear = true
      add(Difference(.packet(error.text), packet: captured.number))
    }
  }

  /// The capture is at its end, or cannot be read on.
  func finish(failure: CaptureError?) -> Verdict {
    verdict.packetCount = packetCount
    if failure == nil { takeLines(upTo: .max) } else { passLines() }
    for session in ending { settle(session) }
    for session in openSessions.values.sorted(by: { $0.id < $1.id }) { leave(session) }
    for defect in feed.defects { add(Difference(.sidecar(defect))) }
    if feed.isCutShort { verdict.doubt("the sidecar ends within a line: what stood behind it is not known") }
    if let failure {
      add(Difference(.capture("\(failure)")))
    } else if openSessions.isEmpty {
      checkCount()
    }
    tellShift()
    for stray in strays.values {
      let kind = Difference.Kind.strayPackets(stray.count, between: stray.source, and: stray.destination)
      add(Difference(kind, packet: stray.packet))
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
    guard let (session, direction) = session(of: packet, key) else { return stray(packet, captured) }
    if !session.hasPackets { anchor(session, captured.number, packet) }
    if let byteCount = session.gap(before: packet) {
      findGap(byteCount, session, direction)
    }
    let keeps = keptCount < Self.keptLimit
    if !packet.isIntact, keeps { keptCount += 1 }
    let effect = session.take(packet, frame, captured, direction, keepsDamaged: keeps)
    toldShift += effect.shift
    isShiftUnclear = isShiftUnclear || effect.isUnclear
    for difference in session.takeDifferences() { add(difference) }
  }

  /// The session of a packet; a line that opens it may not have had its turn yet.
  private func session(of packet: RecordedPacket, _ key: FlowKey) -> (SessionProof, Direction)? {
    let current = byKey[key]
    if let current, !(packet.beginsSession && current.hasBegun) {
      return (current, current.direction(of: packet))
    }
    let distance = feed.distance { line in
      guard case .opened(let opening, let shown) = line.content else { return false }
      let server = shown?.server ?? opening.originalDestination
      return FlowKey(opening.transport, shown?.client ?? opening.client, server) == key
    }
    if let distance { takeLines(count: distance + 1) }
    if let session = byKey[key] { return (session, session.direction(of: packet)) }
    guard !packet.isIntact, guessCount < Self.keptLimit else { return nil }
    guessCount += 1
    for session in byKey.values {
      if let direction = session.direction(ofDamaged: packet) { return (session, direction) }
    }
    return nil
  }

  private func stray(_ packet: RecordedPacket, _ captured: CapturedPacket) {
    isShiftUnclear = true
    if packet.isIntact {
      let key = FlowKey(packet.isTCP ? .tcp : .udp, packet.source, packet.destination)
      guard strays.count < Self.keptLimit || strays[key] != nil else { return }
      let first = Stray(packet: captured.number, source: packet.source, destination: packet.destination)
      strays[key, default: first].count += 1
    } else {
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
    noteShift(Int64(clamping: number) &- Int64(clamping: recorded), at: number, of: session.id)
  }

  private func noteShift(_ newShift: Int64, at number: UInt64?, of session: SessionID? = nil) {
    let untold = newShift &- shift &- toldShift
    if let earlier = untoldShift, untold == -earlier.count, !isShiftUnclear {
      add(Difference(.outOfOrder, session: earlier.session, packet: earlier.packet))
      untoldShift = nil
    } else {
      tellShift()
      if untold != 0, !isShiftUnclear {
        untoldShift = UntoldShift(count: untold, packet: number, session: session)
      }
    }
    shift = newShift
    toldShift = 0
    isShiftUnclear = false
  }

  private func tellShift() {
    guard let untold = untoldShift else { return }
    untoldShift = nil
    let count = UInt64(untold.count.magnitude)
    add(Difference(untold.count < 0 ? .packetsMissing(count) : .packetsAdded(count), packet: untold.packet))
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

  /// The capture cannot be read on: what stands behind that place cannot be proved.
  private func passLines() {
    isCut = true
    var count: UInt64 = 0
    while let line = feed.next() {
      if case .opened = line.content { count += 1 }
    }
    if count > 0 { verdict.doubt("\(HumaneUnits.plural(count, "session")) of the sidecar stand behind that") }
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
      guard !unopened.contains(id) else { return }
      unopened.insert(id)
      return add(Difference(.sidecar("a line tells of it while it is not open"), session: id))
    }
    switch line.content {
    case .gap(let direction, let byteCount): session.skip(byteCount, in: direction, at: line.time)
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
    openSessions[session.id] = nil
    ending.append(session)
    if let recording = session.opening.continues?.recording { noteCut(session, .comes(from: recording)) }
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
    let differences = session.settle(isCut: isCut && session.settleAt >= packetCount)
    for difference in differences { add(difference) }
    if differences.isEmpty { verdict.provedByteCount += session.byteCount }
    if byKey[session.key] === session { byKey[session.key] = nil }
  }

  /// A session that the sidecar does not end.
  private func leave(_ session: SessionProof) {
    for difference in session.settle(isCut: isCut) { add(difference) }
    verdict.doubt(
      "session \(session.id) has no end\(isCut ? "" : " in the sidecar"): only its packets' checksums speak for its \(HumaneUnits.count(session.byteCount)) bytes"
    )
  }

  private func noteCut(_ session: SessionProof, _ side: SessionCut.Side) {
    if verdict.cuts.count < Verdict.cutLimit { verdict.cuts.append(session.cut(side)) }
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
    guard case .tcp(_, _, let flags) = transport else { return false }
    return flags.contains(.syn) && !flags.contains(.ack)
  }
}
