/// Tells when sessions have waited for the recorder for so long that somebody should know.
struct RecordingDelay {
  /// Seconds in a row.
  private static let limit = 5
  private static let pause = Duration.seconds(60)

  private var seconds = 0
  private var next: ContinuousClock.Instant?

  /// To be asked every second; true once in a delay, and once a minute.
  mutating func isNews(isHoldingUp: Bool, now: ContinuousClock.Instant = .now) -> Bool {
    seconds = isHoldingUp ? seconds + 1 : 0
    guard seconds >= Self.limit else { return false }
    if let next, now < next { return false }
    next = now + Self.pause
    return true
  }
}
