public import Inspection
public import SessionEvents

/// Which sessions are told of.
///
/// It stands between what is read and what is reported: everything is inspected, so that what is told of a session
/// does not depend on which others are told (its host may be known from another process's DNS query), and sessions keep
/// their numbers. Its memory grows with the sessions that are open at a time only.
public struct SessionSelection {
  private let processes: [ProcessPattern]
  /// Of the events' sessions.
  private var admitted: Set<SessionID> = []
  private var matched: Set<ProcessPattern> = []
  /// Whether any session so far names a process.
  public private(set) var namesProcesses = false

  /// Selects the sessions of any of these processes; all sessions where there is none.
  public init(processes: [ProcessPattern] = []) {
    self.processes = processes
  }

  /// The patterns that no session matched so far.
  public var unmatchedProcesses: [ProcessPattern] { processes.filter { !matched.contains($0) } }

  /// Whether the event is of a session that is told of; the events of a session must come in order.
  public mutating func admits(_ event: SessionEvent) -> Bool {
    if processes.isEmpty { return true }
    switch event.kind {
    case .opened(let opening):
      guard admits(opening) else { return false }
      admitted.insert(event.session)
      return true
    case .closed:
      return admitted.remove(event.session) != nil
    case .clientHello, .secured, .bypassed, .bytes, .datagram, .gap, .halfClosed:
      return admitted.contains(event.session)
    }
  }

  /// Whether the observation is of a session that is told of.
  public mutating func admits(_ observation: Observation) -> Bool {
    if processes.isEmpty { return true }
    switch observation {
    case .opened(let summary), .exchange(_, let summary), .closed(let summary):
      return admits(summary.opening)
    }
  }

  private mutating func admits(_ opening: SessionOpening) -> Bool {
    guard let process = opening.process else { return false }
    namesProcesses = namesProcesses || process.pid != nil
    // All are tried, since each that matches nothing is told of.
    let matching = processes.filter { $0.matches(process) }
    matched.formUnion(matching)
    return !matching.isEmpty
  }
}
