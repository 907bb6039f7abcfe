import SessionEvents

/// Which criteria met anything: a slip of the pen looks like silence.
public struct SelectionMatches: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case host
    case process
    case protocolName
    case status
    case method
    case session
  }

  private let criteria: SelectionCriteria
  /// The places of those that did, by kind.
  private var met: [Kind: Set<Int>] = [:]
  /// Whether any session so far names a process.
  private var namesProcesses = false
  var isTimeMet = false
  /// Whether anything was told of.
  var hasTold = false

  init(_ criteria: SelectionCriteria) {
    self.criteria = criteria
  }

  /// Whether one of the criteria of a kind holds, or there are none; takes note of all that do.
  mutating func note<Pattern>(_ kind: Kind, _ patterns: [Pattern], _ holds: (Pattern) -> Bool) -> Bool {
    if patterns.isEmpty { return true }
    var isMet = false
    for (place, pattern) in patterns.enumerated() where holds(pattern) {
      isMet = true
      met[kind, default: []].insert(place)
    }
    return isMet
  }

  mutating func note(process: ProcessFacts?, _ patterns: [ProcessPattern]) -> Bool {
    if process?.pid != nil { namesProcesses = true }
    return note(.process, patterns) { pattern in process.map(pattern.matches) ?? false }
  }

  /// Adds what was met in another recording, by the same criteria.
  public mutating func merge(_ other: SelectionMatches) {
    met.merge(other.met) { $0.union($1) }
    namesProcesses = namesProcesses || other.namesProcesses
    isTimeMet = isTimeMet || other.isTimeMet
    hasTold = hasTold || other.hasTold
  }

  /// What met nothing, a line each, lower case, without a full stop.
  public var remarks: [String] {
    var remarks: [String] = []
    let unmetProcesses = unmet(.process, criteria.processes)
    remarks += unmetProcesses.map { "no session is of process '\($0)'" }
    if !unmetProcesses.isEmpty, !namesProcesses {
      remarks.append("no session names its process, which only a sidecar does")
    }
    remarks += unmet(.session, criteria.sessions).map { "there is no session \($0)" }
    remarks += unmet(.host, criteria.hosts).map { "nothing was said to host '\($0)'" }
    remarks += unmet(.protocolName, criteria.protocols).map { "no exchange is of protocol '\($0)'" }
    remarks += unmet(.status, criteria.statuses).map { "no exchange has status '\($0)'" }
    remarks += unmet(.method, criteria.methods).map { "no exchange has method '\($0)'" }
    if !isTimeMet, criteria.since != nil || criteria.until != nil { remarks.append(timeRemark) }
    if remarks.isEmpty, !hasTold, !criteria.isEmpty {
      remarks.append("nothing meets all of the filters together")
    }
    return remarks
  }

  private var timeRemark: String {
    let since = criteria.since.map { " since \($0)" } ?? ""
    let until = criteria.until.map { " until \($0)" } ?? ""
    return "nothing was said\(since)\(until)"
  }

  private func unmet<Pattern>(_ kind: Kind, _ patterns: [Pattern]) -> [Pattern] {
    let met = met[kind] ?? []
    return patterns.enumerated().filter { !met.contains($0.offset) }.map(\.element)
  }
}
