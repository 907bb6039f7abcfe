import Packets
import SessionEvents

/// Puts fragmented IP packets back together (RFC 791 §3.2, RFC 8200 §4.5).
///
/// The first bytes win where fragments overlap. Packets that stay incomplete are dropped and counted: 30 seconds after
/// their first fragment when another one comes, or when too much waits.
struct FragmentAssembly {
  /// Nanoseconds for which the fragments of one packet belong together (RFC 791 §3.2 suggests 15 s, RFC 8200 60 s).
  private static let timeout: Int64 = 30_000_000_000
  /// Bytes that wait in all packets together, bookkeeping included.
  private static let costLimit = 16 << 20
  /// No IP packet's payload is longer.
  private static let payloadLimit = 65_535
  private static let fragmentOverhead = 64

  private struct Key: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var identification: UInt32
    var protocolNumber: UInt8
  }

  fileprivate struct Assembly {
    var first: PacketStamp
    var pieces: [(offset: Int, bytes: [UInt8])] = []
    var length: Int?
    var cost = 0
  }

  private var assemblies: [Key: Assembly] = [:]
  private var order: [(key: Key, packet: UInt64)] = []
  private var cost = 0
  /// Packets that were never complete, by the number of their first fragment.
  private(set) var dropped: (count: UInt64, firstPacket: UInt64)?

  /// Takes a fragment; returns the payload of the packet that it completes.
  mutating func receive(
    _ fragment: IPFragment, of packet: Packet, in frame: Span<UInt8>, at stamp: PacketStamp
  ) -> [UInt8]? {
    guard fragment.missingByteCount == 0, fragment.offset + fragment.payload.count <= Self.payloadLimit else {
      drop(packet: stamp.number)
      return nil
    }
    let key = Key(
      source: packet.source, destination: packet.destination, identification: fragment.identification,
      protocolNumber: fragment.protocolNumber)
    if let old = assemblies[key], stamp.time.nanoseconds(since: old.first.time) > Self.timeout { remove(key) }
    if assemblies[key] == nil { order.append((key, stamp.number)) }
    var assembly = assemblies.removeValue(forKey: key) ?? Assembly(first: stamp)
    let costBefore = assembly.cost
    assembly.add(frame.extracting(fragment.payload).copied(), fragment, overhead: Self.fragmentOverhead)
    if let whole = assembly.whole {
      cost -= costBefore
      return whole
    }
    cost += assembly.cost - costBefore
    assemblies[key] = assembly
    makeRoom()
    return nil
  }

  /// Drops what is still incomplete at the end of the capture.
  mutating func finish() {
    for key in Array(assemblies.keys) { remove(key) }
  }

  private mutating func makeRoom() {
    var count = 0
    while cost > Self.costLimit, count < order.count {
      let (key, packet) = order[count]
      count += 1
      if assemblies[key]?.first.number == packet { remove(key) }
    }
    order.removeFirst(count)
    // Entries of completed packets pile up at the front otherwise.
    if order.count > 2 * assemblies.count + 1_024 {
      order.removeAll { entry in assemblies[entry.key]?.first.number != entry.packet }
    }
  }

  private mutating func remove(_ key: Key) {
    guard let assembly = assemblies.removeValue(forKey: key) else { return }
    cost -= assembly.cost
    drop(packet: assembly.first.number)
  }

  private mutating func drop(packet: UInt64) {
    dropped = (count: (dropped?.count ?? 0) + 1, firstPacket: min(dropped?.firstPacket ?? packet, packet))
  }
}

extension FragmentAssembly.Assembly {
  fileprivate mutating func add(_ bytes: [UInt8], _ fragment: IPFragment, overhead: Int) {
    if !fragment.moreFragments, length == nil { length = fragment.offset + bytes.count }
    let index = pieces.firstIndex { $0.offset > fragment.offset } ?? pieces.count
    pieces.insert((fragment.offset, bytes), at: index)
    cost += bytes.count + overhead
  }

  /// The whole payload, once nothing of it is missing.
  fileprivate var whole: [UInt8]? {
    guard let length else { return nil }
    var covered = 0
    for piece in pieces where piece.offset <= covered {
      covered = max(covered, piece.offset + piece.bytes.count)
    }
    guard covered >= length else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(length)
    for piece in pieces where piece.offset + piece.bytes.count > result.count {
      result.append(contentsOf: piece.bytes.dropFirst(result.count - piece.offset))
    }
    return Array(result.prefix(length))
  }
}
