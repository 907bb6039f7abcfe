import SessionEvents

/// Counts what happens within a second, and tells once when it is too often.
struct HTTP2FloodGauge {
  private let limit: Int
  private var start: Timestamp?
  private var count = 0
  private var isTold = false

  init(limit: Int) {
    self.limit = limit
  }

  /// Whether this is the first time that there is one too many.
  mutating func count(at time: Timestamp) -> Bool {
    if let start, time.nanoseconds(since: start) < 1_000_000_000 {
      count += 1
    } else {
      start = time
      count = 1
    }
    guard count > limit, !isTold else { return false }
    isTold = true
    return true
  }
}

/// What each side of a connection may not do too often.
struct HTTP2Floods {
  private var resets: HTTP2FloodGauge
  private var settings: HTTP2FloodGauge
  private var pings: HTTP2FloodGauge
  private let limits: HTTP2Limits
  private let direction: Direction

  init(_ direction: Direction, limits: HTTP2Limits) {
    self.direction = direction
    self.limits = limits
    resets = HTTP2FloodGauge(limit: limits.resetsPerSecond)
    settings = HTTP2FloodGauge(limit: limits.settingsPerSecond)
    pings = HTTP2FloodGauge(limit: limits.pingsPerSecond)
  }

  /// Counts a frame; returns the finding where it is one too many.
  mutating func count(_ frame: HTTP2Frame) -> Finding? {
    let sender = direction.sender.rawValue
    switch frame.type {
    case .resetStream where direction == .clientToServer:
      guard resets.count(at: frame.start.time) else { return nil }
      let detail = "the client resets more than \(limits.resetsPerSecond) streams within a second"
      return HTTP2Problem.rapidReset.at(frame.offset, detail, in: direction)
    case .settings where !frame.isAcknowledgement:
      guard settings.count(at: frame.start.time) else { return nil }
      let detail = "the \(sender) sends more than \(limits.settingsPerSecond) SETTINGS within a second"
      return HTTP2Problem.settingsFlood.at(frame.offset, detail, in: direction)
    case .ping where !frame.isAcknowledgement:
      guard pings.count(at: frame.start.time) else { return nil }
      let detail = "the \(sender) sends more than \(limits.pingsPerSecond) PINGs within a second"
      return HTTP2Problem.pingFlood.at(frame.offset, detail, in: direction)
    case .data, .headers, .priority, .resetStream, .settings, .pushPromise, .ping, .goAway, .windowUpdate,
      .continuation, .unknown:
      return nil
    }
  }
}
