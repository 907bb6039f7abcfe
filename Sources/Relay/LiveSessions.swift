import SessionEvents
import Synchronization

/// The sessions that are not over, so that they can be waited for, or stopped.
final class LiveSessions: Sendable {
  private struct State {
    var stops: [SessionID: @Sendable () -> Void] = [:]
    /// Those with an end of their own that is worth waiting for.
    var connections: Set<SessionID> = []
    /// Connections that are accepted, and not sessions yet.
    var arrivalCount = 0
    var waiters: [@Sendable () -> Void] = []

    var isQuiet: Bool { connections.isEmpty && arrivalCount == 0 }

    /// Those to be called now.
    mutating func takeWaiters() -> [@Sendable () -> Void] {
      guard isQuiet else { return [] }
      defer { waiters = [] }
      return waiters
    }
  }

  private let state = Mutex(State())

  /// `stop` ends the session from any thread; a TCP connection ends by itself sooner or later, a DNS session does not.
  func add(_ session: SessionID, transport: TransportProtocol, stop: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.stops[session] = stop
      if transport == .tcp { state.connections.insert(session) }
    }
  }

  /// A connection is accepted; `endArrival` says that it has become a session, or never will.
  func beginArrival() {
    state.withLock { $0.arrivalCount += 1 }
  }

  func endArrival() {
    let waiters = state.withLock { state in
      state.arrivalCount -= 1
      return state.takeWaiters()
    }
    for waiter in waiters { waiter() }
  }

  func remove(_ session: SessionID) {
    let waiters = state.withLock { state -> [@Sendable () -> Void] in
      state.stops[session] = nil
      state.connections.remove(session)
      return state.takeWaiters()
    }
    for waiter in waiters { waiter() }
  }

  /// Calls `body` as soon as there is no TCP session, nor a connection that becomes one.
  func whenNoConnections(_ body: @escaping @Sendable () -> Void) {
    let isQuiet = state.withLock { state in
      if !state.isQuiet { state.waiters.append(body) }
      return state.isQuiet
    }
    if isQuiet { body() }
  }

  func stopAll() {
    for stop in state.withLock({ Array($0.stops.values) }) { stop() }
  }
}
