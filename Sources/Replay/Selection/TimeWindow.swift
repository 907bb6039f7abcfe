public import SessionEvents

/// From one moment on, and until before another, either of which may be missing.
public struct TimeWindow: Hashable, Sendable {
  public var since: Timestamp?
  public var until: Timestamp?

  /// The criteria's times, in a recording that begins at `start`.
  public init(_ criteria: SelectionCriteria, start: Timestamp) {
    since = criteria.since?.timestamp(start: start)
    until = criteria.until?.timestamp(start: start)
  }

  public func contains(_ time: Timestamp) -> Bool {
    if let since, time < since { return false }
    if let until, time >= until { return false }
    return true
  }
}
