import CaptureFile
public import Inspection
import Packets
import SessionEvents

/// A recording, held to be mutated: what its events come from, and what they tell.
///
/// It holds the whole recording, within `TortureLimits`.
public struct TortureSubject {
  public let path: String
  var items: [TortureItem]
  /// The streams that may be cut: those of sessions of which nothing is missing, odd or contradictory.
  var streams: [StreamID: WholeStream] = [:]
  /// What the recording tells.
  let telling: Telling
  /// What there is to say of the recording itself.
  public let notes: [ReplayNote]
  public let packetCount: UInt64
  /// Of the payloads.
  public let byteCount: UInt64
  let limits: ReassemblyLimits
  /// How much later than itself something may have been captured that a packet is moved behind.
  var timeReach: Int64 = 0

  public var sessionCount: Int { telling.sessions.count }
  /// Sessions whose segments are cut, reordered, repeated and dropped; others only move among each other.
  public var wholeSessionCount: Int { Set(streams.keys.map(\.session)).count }

  /// Reads the recording that `replayer` names.
  public init(
    _ replayer: RecordingReplayer, services: InspectionServices, limits: TortureLimits = TortureLimits()
  ) throws(ReplayError) {
    let collector = IntakeCollector(limits: limits)
    var teller = Teller(services: services)
    var reading = try RecordingReading.open(
      path: replayer.path, usesSidecar: replayer.usesSidecar, limits: replayer.limits,
      progress: replayer.progress)
    reading.showIntake { collector.take($0) }
    reading.tellOwners { collector.owners[$0] = $1 }
    try reading.run { event, packet in
      collector.note(event)
      teller.receive(event, packet: packet)
    }
    if let limit = collector.exceeded { throw .tooLargeForTorture(path: replayer.path, limit: limit) }
    path = replayer.path
    self.limits = replayer.limits
    telling = teller.telling
    notes = reading.notes
    items = collector.finishedItems(dns: telling.dnsSessions)
    packetCount = UInt64(Set(items.lazy.map(\.packet)).subtracting([0]).count)
    byteCount = UInt64(collector.byteCount)
    for item in items { try Self.check(item, path) }
    surveySessions()
    timeReach = hasCriticalSilence ? 0 : TortureTime.reach
  }

  private static func check(_ item: TortureItem, _ path: String) throws(ReplayError) {
    guard case .datagram(let source, _, let payload, let missing) = item.content,
      payload.count + missing > PacketWriter.maximumDatagramSize(isIPv4: source.address.isIPv4)
    else { return }
    throw .packetTooLongForTorture(path: path, packet: item.packet)
  }

  /// Whether somewhere it would matter, within the reach, when a packet came: a session ends after some silence.
  private var hasCriticalSilence: Bool {
    var last: [Int: Int64] = [:]
    var resets: [Int64] = []
    let times = items.map(\.time.nanoseconds)
    for item in items {
      let time = item.time.nanoseconds
      switch item.content {
      case .datagram:
        guard let lane = item.lane else { continue }
        if let earlier = last[lane], Self.isNear(time - earlier, limits.datagramIdle) { return true }
        last[lane] = time
      case .segment(let header, _):
        if header.flags.contains(.rst) { resets.append(time) }
      case .line: break
      }
    }
    if resets.count > 64 { return true }
    return resets.contains { reset in times.contains { Self.isNear($0 - reset, limits.resetLinger) } }
  }

  private static func isNear(_ span: Int64, _ limit: Int64) -> Bool {
    abs(span - limit) <= 2 * TortureTime.reach
  }
}
