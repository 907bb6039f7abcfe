public import SessionEvents

/// What comes of proving a recording against its sidecar.
public struct Verdict: Sendable {
  public enum Outcome: String, Hashable, Sendable {
    /// Everything that the sidecar tells of the packets is so.
    case proved
    case differs
    /// Nothing differs, but something is left that cannot be proved.
    case unproved
  }

  /// More differences are only counted.
  public static let differenceLimit = 1_000
  private static let doubtLimit = 100
  /// More cut sessions are not compared with their other parts.
  static let cutLimit = 10_000

  /// Of the sidecar.
  public internal(set) var sessionCount: UInt64 = 0
  /// Of the capture.
  public internal(set) var packetCount: UInt64 = 0
  /// Payload that was proved.
  public internal(set) var provedByteCount: UInt64 = 0
  /// By packet, those of none last.
  public private(set) var differences: [Difference] = []
  public private(set) var differenceCount: UInt64 = 0
  /// What cannot be proved, and why; a line each.
  public private(set) var doubts: [String] = []
  private var doubtCount = 0
  /// Sessions that go on in another recording, or come from one.
  public internal(set) var cuts: [SessionCut] = []

  public var outcome: Outcome {
    if differenceCount > 0 { return .differs }
    return doubts.isEmpty ? .proved : .unproved
  }

  mutating func add(_ difference: Difference) {
    differenceCount += 1
    if differences.count < Self.differenceLimit { differences.append(difference) }
  }

  mutating func doubt(_ text: String) {
    doubtCount += 1
    if doubts.count < Self.doubtLimit { doubts.append(text) }
  }

  mutating func sort() {
    differences.sort { one, other in
      (one.packet ?? .max, one.session?.rawValue ?? 0) < (other.packet ?? .max, other.session?.rawValue ?? 0)
    }
    let left = doubtCount - doubts.count
    if left > 0 { doubts.append("and \(HumaneUnits.count(UInt64(left))) more of this kind") }
  }
}

/// A session that a rotation cut: how far its streams were there.
public struct SessionCut: Hashable, Sendable {
  public enum Side: Hashable, Sendable {
    /// It goes on in the recording of this file name.
    case goesOn(in: String)
    /// It comes from the recording of this file name.
    case comes(from: String)
  }

  public var session: SessionID
  public var side: Side
  /// How many bytes the client and the server had sent, those that nothing recorded included.
  public var clientPosition: UInt64
  public var serverPosition: UInt64
}
