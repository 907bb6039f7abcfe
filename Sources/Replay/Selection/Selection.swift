public import Inspection
public import SessionEvents

/// Decides what of one recording is told of.
///
/// An exchange is told of if it meets all criteria. A session is told of if one of its exchanges is, or if it has none
/// and meets them itself: then its time is that of its opening, and criteria of exchanges alone (protocol, status,
/// method) do not hold.
///
/// It stands between what is read and what is reported: everything is inspected, so that what is told of a session
/// does not depend on which others are told (its host may be known from another process's DNS query), and sessions keep
/// their numbers. Its memory grows with the sessions that are open at a time only.
public struct Selection {
  public let criteria: SelectionCriteria
  /// Which criteria met anything so far.
  public private(set) var matches: SelectionMatches

  /// Whether everything is told of; kept, since it is asked for every observation.
  private let admitsAll: Bool
  private var window: TimeWindow?
  /// Open sessions whose opening meets the criteria that are decided then.
  private var candidates: Set<SessionID> = []
  /// Open sessions of which an exchange was told, and those of which none of the exchanges was.
  private var told: Set<SessionID> = []
  private var passedOver: Set<SessionID> = []

  public init(_ criteria: SelectionCriteria = SelectionCriteria()) {
    self.criteria = criteria
    matches = SelectionMatches(criteria)
    admitsAll = criteria.isEmpty
  }

  /// Whether the event is told of: by its own time, and its session's opening (process, number).
  ///
  /// All events must come, in order. Where other criteria are to be met too, `sessions` are those that do.
  public mutating func admits(_ event: SessionEvent, within sessions: SessionSet? = nil) -> Bool {
    if admitsAll { return true }
    if window == nil { window = TimeWindow(criteria, start: event.time) }
    guard mayTell(of: event), sessions?.contains(event.session) ?? true else { return false }
    let isAdmitted = isInWindow(event.time)
    if isAdmitted { matches.hasTold = true }
    return isAdmitted
  }

  /// Whether the event's session may be told of, as far as its opening says; the events of a session must come in order.
  public mutating func mayTell(of event: SessionEvent) -> Bool {
    if admitsAll { return true }
    switch event.kind {
    case .opened(let opening):
      guard admits(event.session, opening) else { return false }
      candidates.insert(event.session)
      return true
    case .closed:
      return candidates.remove(event.session) != nil
    case .clientHello, .secured, .bypassed, .bytes, .datagram, .gap, .conflict, .halfClosed:
      return candidates.contains(event.session)
    }
  }

  /// Whether the observation is told of; all observations must come, in order.
  ///
  /// Unless the criteria are decided at opening, no `opened` is: of a session whose exchanges are told of in part the
  /// first of them comes first, and at last its `closed`.
  public mutating func admits(_ observation: Observation) -> Bool {
    if admitsAll { return true }
    switch observation {
    case .opened(let summary):
      if window == nil { window = TimeWindow(criteria, start: summary.opened) }
      let isAdmitted = admits(summary.session, summary.opening)
      return isAdmitted && criteria.areDecidedAtOpening
    case .exchange(let exchange, let summary):
      return admits(exchange, summary)
    case .closed(let summary):
      return admitsClosed(summary)
    }
  }

  /// Takes note of what other criteria met, in an earlier pass over the recording.
  public mutating func note(_ other: SelectionMatches) {
    matches.merge(other)
  }

  // MARK: Helpers

  private mutating func admits(_ session: SessionID, _ opening: SessionOpening) -> Bool {
    let isNumbered = matches.note(.session, criteria.sessions) { $0.contains(session) }
    let isOwned = matches.note(process: opening.process, criteria.processes)
    let isAdmitted = isNumbered && isOwned
    if isAdmitted, criteria.areDecidedAtOpening { matches.hasTold = true }
    return isAdmitted
  }

  private mutating func admits(_ exchange: Exchange, _ summary: SessionSummary) -> Bool {
    let content = exchange.content
    var isAdmitted = admits(summary.session, summary.opening)
    // All are tried, since each that meets nothing is told of.
    isAdmitted = matches.note(.host, criteria.hosts) { $0.matches(content, summary) } && isAdmitted
    isAdmitted = matches.note(.protocolName, criteria.protocols) { $0.matches(content) } && isAdmitted
    isAdmitted = matches.note(.status, criteria.statuses) { $0.matches(content.status) } && isAdmitted
    isAdmitted = matches.note(.method, criteria.methods) { $0.matches(content.method) } && isAdmitted
    isAdmitted = isInWindow(exchange.start) && isAdmitted
    if criteria.areDecidedAtOpening { return isAdmitted }
    if isAdmitted {
      told.insert(summary.session)
      matches.hasTold = true
    } else {
      passedOver.insert(summary.session)
    }
    return isAdmitted
  }

  private mutating func admitsClosed(_ summary: SessionSummary) -> Bool {
    let isOpeningMet = admits(summary.session, summary.opening)
    if criteria.areDecidedAtOpening { return isOpeningMet }
    let wasTold = told.remove(summary.session) != nil
    let wasPassedOver = passedOver.remove(summary.session) != nil
    if wasTold || wasPassedOver { return wasTold }
    let isHostMet = matches.note(.host, criteria.hosts) { $0.matches(summary) }
    let isAdmitted =
      isInWindow(summary.opened) && isHostMet && isOpeningMet && !criteria.concernExchangesAlone
    if isAdmitted { matches.hasTold = true }
    return isAdmitted
  }

  private mutating func isInWindow(_ time: Timestamp) -> Bool {
    guard let window else { return true }
    let isIn = window.contains(time)
    if isIn { matches.isTimeMet = true }
    return isIn
  }
}
