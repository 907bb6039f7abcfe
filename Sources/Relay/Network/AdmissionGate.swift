import Logging
import NIOCore
import Synchronization

/// Pauses accepting while as many connections are relayed as there are descriptors for, and resumes it.
///
/// What is not accepted waits in the kernel's backlog; better that than a session that cannot reach its server.
final class AdmissionGate: Sendable {
  private struct State {
    /// How many connections may be relayed at once; a few more can be, which were accepted in the same moment.
    var limit: Int
    var count = 0
    var isPaused = false
    var pauseCount: UInt64 = 0
    var listeners: [any Channel] = []
  }

  private let throttle: LogThrottle
  private let state: Mutex<State>

  init(limit: Int, logger: Logger) {
    state = Mutex(State(limit: limit))
    throttle = LogThrottle(logger: logger)
  }

  /// Where it falls below what is open now, nothing is accepted until enough has ended.
  var limit: Int {
    get { state.withLock { $0.limit } }
    set { state.withLock { $0.limit = newValue } }
  }

  var isPaused: Bool { state.withLock { $0.isPaused } }
  var pauseCount: UInt64 { state.withLock { $0.pauseCount } }

  func add(listener: any Channel) {
    state.withLock { $0.listeners.append(listener) }
  }

  /// Counts a connection until its channel is closed.
  func admit(_ channel: any Channel) {
    enter()
    channel.closeFuture.whenComplete { [self] _ in leave() }
  }

  private func enter() {
    let paused = state.withLock { state -> (listeners: [any Channel], limit: Int)? in
      state.count += 1
      guard state.count >= state.limit, !state.isPaused else { return nil }
      state.isPaused = true
      state.pauseCount += 1
      return (state.listeners, state.limit)
    }
    guard let paused else { return }
    throttle.log("accepting is paused: \(paused.limit) connections are open, which is the limit")
    setReading(false, of: paused.listeners)
  }

  private func leave() {
    let resumed = state.withLock { state -> [any Channel] in
      state.count -= 1
      // Not at each one's end, lest a full relay do little else than pause and resume.
      guard state.isPaused, state.count <= state.limit - state.limit / 50 - 1 else { return [] }
      state.isPaused = false
      return state.listeners
    }
    setReading(true, of: resumed)
  }

  private func setReading(_ reading: Bool, of listeners: [any Channel]) {
    // Fails only for a listener that is closed.
    for listener in listeners { listener.setOption(.autoRead, value: reading).whenFailure { _ in } }
  }
}
