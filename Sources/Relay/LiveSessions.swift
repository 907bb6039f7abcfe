import SessionEvents
import Synchronization

/// The sessions that are not over, so that they can be waited for, or stopped.
final class LiveSessions: Sendable {
  private struct State {
    var stops: [SessionID: @Sendable () -> Void] = [:]
    /// Those with an end of their own that is worth waiting for.
    var connections: Set<SessionID> = []
    var waiters: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  /// `stop` ends the session from any thread; a TCP connection ends by itself sooner or later, a DNS session does not.
  func add(_ session: SessionID, transport: TransportProtocol, stop: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.stops[session] = stop
      if transport == .tcp { state.connections.insert(session) }
    }
  }

  func remove(_ session: SessionID) {
    let waiters = state.withLock { state -> [@Sendable () -> Void] in
      state.stops[session] = nil
      state.connections.remove(session)
      guard state.connections.isEmpty else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter() }
  }

  /// Calls `body` as soon as there is no TCP session.
  func whenNoConnections(_ body: @escaping @Sendable () -> Void) {
    let isEmpty = state.withLock { state in
      if !state.connections.isEmpty { state.waiters.append(body) }
      return state.connections.isEmpty
    }
    if isEmpty { body() }
  }

  func stopAll() {
    for stop in state.withLock({ Array($0.stops.values) }) { stop() }
  }
}
