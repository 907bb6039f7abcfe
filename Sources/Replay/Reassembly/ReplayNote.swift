/// Something that a reader of a report should know about the capture itself.
public struct ReplayNote: Hashable, Sendable {
  public var kind: Kind
  /// How often it happened.
  public var count: UInt64
  /// The packet, from 1, in which it happened first; nil where no packet is to blame.
  public var firstPacket: UInt64?

  public init(_ kind: Kind, count: UInt64 = 1, firstPacket: UInt64? = nil) {
    self.kind = kind
    self.count = count
    self.firstPacket = firstPacket
  }

  public enum Kind: Hashable, Sendable {
    /// The capture ends inside a packet, or is damaged there; what the reader said.
    case captureCut(String)
    /// The sidecar ends early, or a line of it cannot be read; what the reader said.
    case sidecarCut(String)
    /// The recorder was killed: sessions have no end in the sidecar.
    case recordingUnfinished
    /// The recorder could not write everything; how much, and why.
    case recordingLost(String)
    /// Packets that carry no session's bytes, or that cannot be read; why.
    case packetsSkipped(String)
    /// A segment came for a connection that had ended.
    case bytesAfterClose
    /// A segment brought other bytes for a place in the stream that already had some; the first ones stand.
    case conflictingOverlap
    /// A segment brought bytes beyond its stream's FIN; they are left out.
    case bytesBeyondEnd
    /// A segment brought bytes from before the first that was seen of its stream, which were handed on; they are left out.
    case bytesBeforeStart
    /// A segment brought bytes for a hole that had been given up; they are left out.
    case bytesAfterGap
    /// A segment's numbers are far from its connection's, and no other bore them out; its bytes are left out.
    case strayBytes
    /// A reset carried bytes, which are no part of the stream (RFC 1122 §4.2.2.12).
    case bytesInReset
    /// A reset's number is not near its connection's, or its sender went on; it is taken for none.
    case resetIgnored
    /// Too many bytes waited for a hole to be filled; the hole became a gap.
    case pendingLimit
    /// Too many sessions were open; the longest silent were closed as `open`.
    case sessionLimit
    /// Fragments of a packet are missing; of a datagram what is there from its start on is used.
    case fragmentsIncomplete
    /// Fragments of an IPv4 packet bring different bytes, or lengths; the first stand.
    case fragmentsConflict
    /// Fragments of an IPv6 packet overlap; it is left out (RFC 8200 §4.5).
    case fragmentsOverlap
    /// A fragment reaches beyond the longest packet; it is left out.
    case fragmentsMalformed
    /// Too many fragments waited for the rest of their packets; the oldest packets were given up.
    case fragmentLimit
  }

  /// Whether the input is damaged, so that a report of it is not whole.
  public var isDamage: Bool {
    switch kind {
    case .captureCut, .sidecarCut, .recordingUnfinished, .recordingLost: true
    case .packetsSkipped, .bytesAfterClose, .conflictingOverlap, .bytesBeyondEnd, .bytesBeforeStart,
      .bytesAfterGap, .strayBytes, .bytesInReset, .resetIgnored, .pendingLimit, .sessionLimit,
      .fragmentsIncomplete, .fragmentsConflict, .fragmentsOverlap, .fragmentsMalformed, .fragmentLimit:
      false
    }
  }
}

extension ReplayNote: CustomStringConvertible {
  /// One line for people, lower case, without a full stop.
  public var description: String {
    let place = firstPacket.map { " (first: packet \($0))" } ?? ""
    switch kind {
    case .captureCut(let text), .sidecarCut(let text), .recordingLost(let text): return text
    case .recordingUnfinished:
      return "the recording was cut off while \(count == 1 ? "1 session was" : "\(count) sessions were") open"
    case .packetsSkipped(let reason): return "\(packets) skipped: \(reason)\(place)"
    case .sessionLimit: return "\(count) sessions closed early: too many were open at once\(place)"
    case .bytesAfterClose, .conflictingOverlap, .bytesBeyondEnd, .bytesBeforeStart, .bytesAfterGap,
      .strayBytes,
      .bytesInReset, .resetIgnored, .pendingLimit, .fragmentsIncomplete, .fragmentsConflict,
      .fragmentsOverlap, .fragmentsMalformed, .fragmentLimit:
      return "\(packets) \(remark)\(place)"
    }
  }

  /// What is said of the packets.
  private var remark: String {
    switch kind {
    case .captureCut, .sidecarCut, .recordingLost, .recordingUnfinished, .packetsSkipped, .sessionLimit: ""
    case .bytesAfterClose: "with bytes after the session's end left out"
    case .conflictingOverlap: "with other bytes for a place already filled; the first bytes stand"
    case .bytesBeyondEnd: "with bytes beyond the FIN left out"
    case .bytesBeforeStart: "with bytes before the first of their stream left out"
    case .bytesAfterGap: "with bytes that came too late for their gap left out"
    case .strayBytes: "with numbers far from their connection's left out"
    case .bytesInReset: "with bytes in a reset left out"
    case .resetIgnored: "with a reset that ended nothing"
    case .pendingLimit: "hit the limit on out-of-order bytes; holes became gaps"
    case .fragmentsIncomplete: "in fragments lack some; of datagrams their start is used"
    case .fragmentsConflict: "in fragments that overlap and differ; the first bytes stand"
    case .fragmentsOverlap: "of IPv6 in fragments that overlap left out"
    case .fragmentsMalformed: "with a fragment beyond the longest packet left out"
    case .fragmentLimit: "hit the limit on fragments; incomplete packets were given up"
    }
  }

  private var packets: String { count == 1 ? "1 packet" : "\(count) packets" }
}

/// Counts notes by kind, in order of first appearance.
struct NoteBook {
  /// Kinds with free text could otherwise grow without end.
  private static let limit = 64

  private(set) var notes: [ReplayNote] = []

  mutating func add(_ kind: ReplayNote.Kind, packet: UInt64?, count: UInt64 = 1) {
    if let index = notes.firstIndex(where: { $0.kind == kind }) {
      notes[index].count += count
    } else if notes.count < Self.limit {
      notes.append(ReplayNote(kind, count: count, firstPacket: packet))
    }
  }
}
