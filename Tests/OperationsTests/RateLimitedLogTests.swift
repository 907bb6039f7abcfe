import Logging
import Synchronization
import Testing

@testable import Operations

@Suite struct `Rate limited log` {
  @Test func `writes a line in a while, and how many it left out`() {
    let lines = LogLines()
    let time = ManualClock()
    let log = RateLimitedLog(logger: lines.logger, interval: .seconds(60), now: { time.now })
    func happens(at second: UInt64) {
      time.now = second * 1_000_000_000
      log.log(level: .warning, "refused", metadata: ["at": "\(second)"])
    }
    for second: UInt64 in [0, 1, 59, 60, 61, 119, 121, 300] { happens(at: second) }
    #expect(
      lines.all == [
        "warning: refused at=0", "warning: refused at=60 suppressed=2",
        "warning: refused at=121 suppressed=2",
        "warning: refused at=300",
      ])
  }

  @Test func `does not even make the message of a line that is left out`() {
    let lines = LogLines()
    let log = RateLimitedLog(logger: lines.logger)
    log.log(level: .info, "first")
    log.log(level: .info, unwanted())
    #expect(lines.all == ["info: first"])
  }

  private func unwanted() -> Logger.Message {
    Issue.record("made in vain")
    return "second"
  }
}

private final class ManualClock: Sendable {
  private let time = Mutex<UInt64>(0)

  var now: UInt64 {
    get { time.withLock(\.self) }
    set { time.withLock { $0 = newValue } }
  }
}

/// What was logged, as `level: message key=value`.
private final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock(\.self) }

  var logger: Logger {
    Logger(label: "test") { [self] _ in Handler(lines: self) }
  }

  private struct Handler: LogHandler {
    let lines: LogLines
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
      lines.lines.withLock { $0.append("\(event.level): \(event.message)\(facts.joined())") }
    }
  }
}
