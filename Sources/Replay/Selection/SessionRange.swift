public import SessionEvents

/// Session numbers: `7`, `3-5`, or `8-` for all from there on.
public struct SessionRange: Hashable, Sendable, CustomStringConvertible {
  public let description: String
  private let numbers: ClosedRange<UInt64>

  /// Nil where the text is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let isDigits = parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    guard isDigits, let first = parts.first.flatMap({ UInt64($0) }) else { return nil }
    var last = first
    if parts.count == 2 {
      guard let end = parts[1].isEmpty ? .max : UInt64(parts[1]), end >= first else { return nil }
      last = end
    }
    numbers = first...last
    description = text
  }

  public func contains(_ session: SessionID) -> Bool { numbers.contains(session.rawValue) }
}
