import CaptureFile
import Packets
import SessionEvents

/// Gathers what a recording's events come from, while it is read.
final class IntakeCollector {
  /// The session of each packet.
  var owners: [UInt64: SessionID] = [:]
  /// Which limit was exceeded; nothing is gathered any more then.
  private(set) var exceeded: String?

  private let limits: TortureLimits
  private var items: [TortureItem] = []
  private(set) var byteCount = 0
  private var lanes: [FlowKey: Int] = [:]
  private var lanesOfSessions: [SessionID: Int] = [:]

  init(limits: TortureLimits) {
    self.limits = limits
  }

  func take(_ intake: Intake) {
    guard exceeded == nil else { return }
    switch intake {
    case .segment(let header, let payload, let stamp):
      for (header, payload) in Self.writable(header, payload) {
        add(
          .segment(header, payload), payload.count, stamp,
          lane: lane(FlowKey(.tcp, header.source, header.destination)))
      }
    case .datagram(let source, let destination, let payload, let missing, let stamp):
      add(
        .datagram(from: source, to: destination, payload, missing: missing), payload.count, stamp,
        lane: lane(FlowKey(.udp, source, destination)))
    case .line(let line):
      if let session = line.session, case .opened(let opening, let shown) = line.content {
        let ends = shown ?? ShownEndpoints(client: opening.client, server: opening.originalDestination)
        lanesOfSessions[session] = lane(FlowKey(opening.transport, ends.client, ends.server))
      }
      add(
        .line(line), 0, PacketStamp(number: 0, time: line.time),
        lane: line.session.flatMap { lanesOfSessions[$0] }, session: line.session)
    }
  }

  /// Notes what the last item led to.
  func note(_ event: SessionEvent) {
    guard case .opened = event.kind, !items.isEmpty else { return }
    items[items.count - 1].opensSession = true
  }

  /// All items, each with its session.
  func finishedItems(dns: Set<SessionID>) -> [TortureItem] {
    for index in items.indices {
      if items[index].packet > 0 { items[index].session = owners[items[index].packet] }
      // Until it is known to be harmless, nothing of a session changes places.
      items[index].run = index
      if let session = items[index].session { items[index].isDNS = dns.contains(session) }
    }
    return items
  }

  private func add(
    _ content: TortureItem.Content, _ byteCount: Int, _ stamp: PacketStamp, lane: Int?,
    session: SessionID? = nil
  ) {
    self.byteCount += byteCount
    if self.byteCount > limits.payloadBytes {
      exceeded = "\(HumaneUnits.size(UInt64(limits.payloadBytes))) of payload"
    } else if items.count >= limits.items {
      exceeded = "\(HumaneUnits.count(UInt64(limits.items))) packets and sidecar lines"
    }
    guard exceeded == nil else {
      items = []
      return
    }
    var item = TortureItem(content, packet: stamp.number, time: stamp.time)
    item.lane = lane
    item.session = session
    items.append(item)
  }

  private func lane(_ key: FlowKey) -> Int {
    if let known = lanes[key] { return known }
    lanes[key] = lanes.count
    return lanes.count - 1
  }

  /// Segments that segmentation offload made longer than a packet may be are captured before they are cut.
  private static func writable(_ header: SegmentHeader, _ payload: [UInt8]) -> [(SegmentHeader, [UInt8])] {
    // Behind the options of a SYN there is less room.
    let limit = SegmentFrames.largestPayload - (header.flags.contains(.syn) ? 40 : 0)
    guard payload.count + header.missingByteCount > limit else { return [(header, payload)] }
    var pieces: [(SegmentHeader, [UInt8])] = []
    let total = payload.count + header.missingByteCount
    var place = 0
    while place < total {
      let end = min(total, place + limit)
      let captured = min(end, payload.count)
      var piece = header
      if place > 0 {
        piece.flags.remove(.syn)
        piece.sequence &+= UInt32(truncatingIfNeeded: place + (header.flags.contains(.syn) ? 1 : 0))
      }
      if end < total { piece.flags.remove([.fin, .psh]) }
      piece.missingByteCount = end - max(place, captured)
      pieces.append((piece, Array(payload[min(place, captured)..<captured])))
      place = end
    }
    return pieces
  }
}
