import Glibc
import Logging
import SessionEvents
import Synchronization

/// Connections that the relay closes at once, since relaying them would lead back to itself.
final class Refusals: Sendable {
  /// Apart, so that whoever knocks at a listener does not keep the loops out of the log.
  private let unredirected: LogThrottle
  private let loops: LogThrottle
  private let counts = Mutex((unredirected: UInt64(0), loops: UInt64(0)))

  init(logger: Logger) {
    unredirected = LogThrottle(logger: logger)
    loops = LogThrottle(logger: logger)
  }

  var unredirectedCount: UInt64 { counts.withLock(\.unredirected) }
  var loopCount: UInt64 { counts.withLock(\.loops) }

  /// A connection that was made to the listener itself.
  func refuseUnredirected(client: Endpoint) {
    counts.withLock { $0.unredirected += 1 }
    unredirected.log(
      "closed a connection that was not redirected here",
      metadata: ["client": "\(client)"])
  }

  /// A connection of the relay's own that came back to it.
  func refuseLoop(to destination: Endpoint, mark: UInt32?) {
    counts.withLock { $0.loops += 1 }
    let exemption = mark.map { "exempt mark 0x\(String($0, radix: 16)), or user root" } ?? "exempt the relay"
    loops.log(
      "closed a connection of the relay's own, which a rule redirected back to it: \(exemption)",
      metadata: ["destination": "\(destination)"])
  }

  /// Whether a session's client is this very process.
  static func isOwn(_ process: ProcessFacts?) -> Bool {
    process?.pid == getpid()
  }
}
