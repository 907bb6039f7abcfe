import Packets
import SessionEvents

/// Puts fragmented IP packets back together (RFC 791 §3.2, RFC 8200 §4.5).
///
/// Where fragments of IPv4 overlap the first bytes stand; a difference is told. An IPv6 packet with overlapping fragments
/// is left out, as its receiver has to do (RFC 8200 §4.5, RFC 5722), unless one only repeats another. Of a datagram that stays
/// incomplete, what is there from its start on is used, and the rest counts as missing: captures that were filtered by
/// port hold only first fragments.
struct FragmentAssembly {
  /// A packet, as far as its fragments are there.
  struct Whole {
    var packet: Packet
    var protocolNumber: UInt8
    var payload: [UInt8]
    /// Bytes behind `payload` that are missing.
    var missingByteCount: Int
    /// Of the fragment that completed it; of its first one where none did.
    var stamp: PacketStamp
  }

  /// IPv4 tells packets apart by their protocol, too; 0 for IPv6.
  struct Key: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var identification: UInt32
    var protocolNumber: UInt8
  }

  /// No IP packet's payload is longer.
  private static let payloadLimit = 65_535

  private let limits: ReassemblyLimits
  private var packets: [Key: FragmentedPacket] = [:]
  /// In the order of first fragments.
  private var order: [(key: Key, packet: UInt64)] = []
  private var cost = 0
  private var notebook = NoteBook()

  init(limits: ReassemblyLimits) {
    self.limits = limits
  }

  var isEmpty: Bool { packets.isEmpty }
  var notes: [ReplayNote] { notebook.notes }

  /// Takes a fragment; hands on the packet that it completes, and those that are given up.
  mutating func receive(
    _ fragment: IPFragment, of packet: Packet, in frame: Span<UInt8>, at stamp: PacketStamp,
    deliver: (Whole) -> Void
  ) {
    let byteCount = fragment.payload.count + fragment.missingByteCount
    guard fragment.offset + byteCount <= Self.payloadLimit else {
      return notebook.add(.fragmentsMalformed, packet: stamp.number)
    }
    let key = Key(
      source: packet.source, destination: packet.destination, identification: fragment.identification,
      protocolNumber: packet.source.isIPv4 ? fragment.protocolNumber : 0)
    let costBefore = packets[key]?.cost ?? 0
    if packets[key] == nil { order.append((key, stamp.number)) }
    var assembly =
      packets.removeValue(forKey: key) ?? FragmentedPacket(packet, fragment.protocolNumber, first: stamp)
    let oddity = assembly.add(
      frame.extracting(fragment.payload), fragment, limit: limits.fragmentsPerPacket)
    if let oddity { notebook.add(oddity, packet: stamp.number) }
    if let whole = assembly.whole(at: stamp) {
      cost -= costBefore
      return deliver(whole)
    }
    cost += assembly.cost - costBefore
    packets[key] = assembly
    makeRoom(deliver)
  }

  /// Gives up the packets whose time is over.
  mutating func expire(now: Timestamp, deliver: (Whole) -> Void) {
    var count = 0
    while count < order.count {
      let (key, packet) = order[count]
      if let assembly = packets[key], assembly.first.number == packet {
        let timeout = key.source.isIPv4 ? limits.fragmentTimeoutIPv4 : limits.fragmentTimeoutIPv6
        guard now.nanoseconds(since: assembly.first.time) > timeout else { break }
        giveUp(key, deliver)
      }
      count += 1
    }
    if count > 0 { order.removeFirst(count) }
  }

  /// Gives up what is still incomplete at the end of the capture.
  mutating func finish(deliver: (Whole) -> Void) {
    for (key, packet) in order where packets[key]?.first.number == packet { giveUp(key, deliver) }
    order = []
  }

  private mutating func makeRoom(_ deliver: (Whole) -> Void) {
    var count = 0
    while cost > limits.fragmentBytesInAll, count < order.count {
      let (key, packet) = order[count]
      count += 1
      guard packets[key]?.first.number == packet else { continue }
      notebook.add(.fragmentLimit, packet: packet)
      giveUp(key, deliver)
    }
    order.removeFirst(count)
    // Entries of completed packets pile up otherwise.
    if order.count > 2 * packets.count + 1_024 {
      order.removeAll { entry in packets[entry.key]?.first.number != entry.packet }
    }
  }

  private mutating func giveUp(_ key: Key, _ deliver: (Whole) -> Void) {
    guard let assembly = packets.removeValue(forKey: key) else { return }
    cost -= assembly.cost
    guard !assembly.isLeftOut else { return }
    notebook.add(.fragmentsIncomplete, packet: assembly.first.number)
    if let part = assembly.part { deliver(part) }
  }
}
