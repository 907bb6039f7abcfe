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
    /// Too many bytes waited for a hole to be filled; the hole became a gap.
    case pendingLimit
    /// Too many sessions were open; the longest silent were closed as `open`.
    case sessionLimit
  }

  /// Whether the input is damaged, so that a report of it is not whole.
  public var isDamage: Bool {
    switch kind {
    case .captureCut, .sidecarCut, .recordingUnfinished, .recordingLost: true
    case .packetsSkipped, .bytesAfterClose, .conflictingOverlap, .bytesBeyondEnd, .pendingLimit,
      .sessionLimit:
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
    case .bytesAfterClose: return "\(packets) with bytes after the session's end left out\(place)"
    case .conflictingOverlap:
      return "\(packets) with other bytes for a place already filled; the first bytes stand\(place)"
    case .bytesBeyondEnd: return "\(packets) with bytes beyond the FIN left out\(place)"
    case .pendingLimit: return "\(packets) hit the limit on out-of-order bytes; holes became gaps\(place)"
    case .sessionLimit: return "\(count) sessions closed early: too many were open at once\(place)"
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
