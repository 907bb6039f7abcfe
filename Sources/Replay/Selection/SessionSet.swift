public import SessionEvents

/// A set of sessions, small where their numbers are near each other, as those of a recording are.
public struct SessionSet: Sendable {
  /// A bit for each of 64 neighbouring numbers, by those numbers' common part.
  private var words: [UInt64: UInt64] = [:]

  public init() {}

  public mutating func insert(_ session: SessionID) {
    words[session.rawValue >> 6, default: 0] |= 1 << (session.rawValue & 63)
  }

  public func contains(_ session: SessionID) -> Bool {
    words[session.rawValue >> 6].map { $0 >> (session.rawValue & 63) & 1 == 1 } ?? false
  }
}
