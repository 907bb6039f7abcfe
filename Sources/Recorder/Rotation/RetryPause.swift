/// How long to wait between attempts to record again: longer each time, until all went well for a while.
struct RetryPause {
  private static let first = 2_000_000_000
  private static let longest = 30_000_000_000
  /// Without a failure for so long, the next one is a new one.
  private static let memory = 2 * longest

  private var length = 0
  private var end = Int.min
  private var lastFailure: Int?

  func isOver(_ now: Int) -> Bool { now >= end }

  /// A recording failed: the next may be tried at once, unless it was tried lately.
  mutating func recordingFailed(_ now: Int) {
    if let lastFailure, now - lastFailure < Self.memory { return attemptFailed(now) }
    length = 0
    lastFailure = now
  }

  mutating func attemptFailed(_ now: Int) {
    length = min(max(Self.first, length * 2), Self.longest)
    end = now + length
    lastFailure = now
  }
}
