public import SessionEvents

/// A place where a recording is not what its recorder wrote.
public struct Difference: Hashable, Sendable {
  /// Nil where it is of no session.
  public var session: SessionID?
  /// The packet, from 1, that shows it; nil where none does.
  public var packet: UInt64?
  /// Whose stream it is in.
  public var party: Party?
  public var kind: Kind

  public init(_ kind: Kind, session: SessionID? = nil, party: Party? = nil, packet: UInt64? = nil) {
    self.kind = kind
    self.session = session
    self.party = party
    self.packet = packet
  }

  /// Offsets count a stream's bytes from 0, gaps included.
  public enum Kind: Hashable, Sendable {
    /// A byte of a stream is not the one that was recorded: with that one, every checksum would hold.
    case byte(offset: UInt64, found: UInt8, recorded: UInt8)
    /// Somewhere in these bytes, or in their packet's headers: its checksum does not hold.
    case bytes(Range<UInt64>)
    /// Somewhere in the stream: its CRC-32C is another, though every packet's checksum holds.
    case stream(found: UInt32, recorded: UInt32)
    /// A packet's headers: a checksum does not hold, while the payload is what was recorded.
    case header
    /// Bytes that were recorded are not there, before the packet.
    case missing(Range<UInt64>)
    /// The packet brings bytes once more.
    case repeated(Range<UInt64>)
    /// The packet stands behind others that were recorded after it.
    case outOfOrder
    /// As many packets that were recorded are not there, before the packet.
    case packetsMissing(UInt64)
    /// As many packets that were not recorded, before the packet.
    case packetsAdded(UInt64)
    /// How many bytes, or packets with payload, the stream has.
    case byteCount(found: UInt64, recorded: UInt64)
    case packetCount(found: UInt64, recorded: UInt64)
    /// How a session begins, or ends.
    case beginning(String)
    case end(String)
    /// As many packets of no session that the sidecar knows.
    case strayPackets(UInt64, between: Endpoint, and: Endpoint)
    /// A packet that the recorder did not write so.
    case packet(String)
    /// The capture cannot be read on.
    case capture(String)
    /// A line of the sidecar that cannot be, or cannot stand there.
    case sidecar(String)
    /// Two parts of a session, in two recordings, that do not meet.
    case continuation(String)
  }
}

extension Difference {
  /// A stable name for scripts.
  public var code: String {
    switch kind {
    case .byte: "byte"
    case .bytes: "bytes"
    case .stream: "stream"
    case .header: "header"
    case .missing: "missing"
    case .repeated: "repeated"
    case .outOfOrder: "out-of-order"
    case .packetsMissing: "packets-missing"
    case .packetsAdded: "packets-added"
    case .byteCount: "byte-count"
    case .packetCount: "packet-count"
    case .beginning: "beginning"
    case .end: "end"
    case .strayPackets: "stray-packets"
    case .packet: "packet"
    case .capture: "capture"
    case .sidecar: "sidecar"
    case .continuation: "continuation"
    }
  }

  /// The bytes of the stream that are concerned.
  var range: Range<UInt64>? {
    switch kind {
    case .byte(let offset, _, _): offset..<offset + 1
    case .bytes(let range), .missing(let range), .repeated(let range): range
    case .stream, .header, .outOfOrder, .packetsMissing, .packetsAdded, .byteCount, .packetCount, .beginning,
      .end, .strayPackets, .packet, .capture, .sidecar, .continuation:
      nil
    }
  }

  /// What is there, and what should be, where these can be told.
  var values: (found: String, recorded: String)? {
    switch kind {
    case .byte(_, let found, let recorded): (Self.hex(found), Self.hex(recorded))
    case .stream(let found, let recorded): (Self.hex(found), Self.hex(recorded))
    case .byteCount(let found, let recorded), .packetCount(let found, let recorded):
      ("\(found)", "\(recorded)")
    case .bytes, .header, .missing, .repeated, .outOfOrder, .packetsMissing, .packetsAdded, .beginning, .end,
      .strayPackets, .packet, .capture, .sidecar, .continuation:
      nil
    }
  }

  /// One line for people, without session and packet, lower case, without a full stop.
  public var text: String {
    let before = packet == nil ? "" : " before it"
    let stream = party.map { "the \($0.rawValue)'s stream" } ?? "the stream"
    switch kind {
    case .byte(let offset, let found, let recorded):
      return "byte \(HumaneUnits.count(offset)) of \(stream) is \(Self.hex(found)), was \(Self.hex(recorded))"
    case .bytes(let range):
      return "\(Self.bytes(range)) of \(stream), or their packet's headers: the checksum does not hold"
    case .stream(let found, let recorded):
      return
        "\(stream) has CRC-32C \(Self.hex(found)), not \(Self.hex(recorded)), though its packets' checksums hold"
    case .header:
      return "the packet's headers: a checksum does not hold; what it carries is intact"
    case .missing(let range): return "\(Self.bytes(range)) of \(stream) are not there"
    case .repeated(let range):
      return range.isEmpty ? "the packet is there twice" : "\(Self.bytes(range)) of \(stream) are there twice"
    case .outOfOrder: return "the packet stands behind others that were recorded after it"
    case .packetsMissing(let count):
      return "\(Self.packets(count))\(before) \(count == 1 ? "is" : "are") not there"
    case .packetsAdded(let count):
      return "\(Self.packets(count))\(before) \(count == 1 ? "was" : "were") not recorded"
    case .byteCount(let found, let recorded):
      return "\(stream) has \(HumaneUnits.count(found)) bytes, not \(HumaneUnits.count(recorded))"
    case .packetCount(let found, let recorded):
      return "\(stream) comes in \(Self.packets(found)), not \(HumaneUnits.count(recorded))"
    case .beginning(let text), .end(let text), .packet(let text), .capture(let text), .sidecar(let text),
      .continuation(let text):
      return text
    case .strayPackets(let count, let one, let other):
      return count == 1
        ? "between \(one) and \(other), of no session in the sidecar"
        : "\(Self.packets(count)) from here on between \(one) and \(other), of no session in the sidecar"
    }
  }

  private static func bytes(_ range: Range<UInt64>) -> String {
    let last = HumaneUnits.count(max(range.lowerBound, range.upperBound &- 1))
    return "bytes \(HumaneUnits.count(range.lowerBound)) to \(last)"
  }

  private static func packets(_ count: UInt64) -> String {
    count == 1 ? "1 packet" : "\(HumaneUnits.count(count)) packets"
  }

  private static func hex(_ value: UInt8) -> String { "0x" + padded(UInt64(value), digits: 2) }

  private static func hex(_ value: UInt32) -> String { "0x" + padded(UInt64(value), digits: 8) }

  private static func padded(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
