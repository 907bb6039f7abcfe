public import Inspection
public import SessionEvents

/// Counts what is observed, in memory that does not grow with it.
public struct TrafficStatistics: Sendable {
  /// What a session adds to once, whatever is said in it.
  private struct OpenSession {
    /// The rows that the session was counted in.
    var counted: Set<Place> = []
    var lastAuthority: String?
  }

  private struct Place: Hashable {
    var table: Int
    var row: String?
  }

  /// Of all exchanges; its `sessions` are all sessions, those without an exchange included.
  public private(set) var total = StatisticsRow()
  public private(set) var tables: [StatisticsTable]
  /// Sessions that the relay could not carry to their natural end.
  public private(set) var failedSessions: UInt64 = 0
  /// What the capture has of the clients' and the servers' streams, and what it lacks.
  public private(set) var clientBytes: UInt64 = 0
  public private(set) var serverBytes: UInt64 = 0
  public private(set) var gapBytes: UInt64 = 0
  public private(set) var gapSessions: UInt64 = 0
  /// When the first session opened, and when the last thing happened.
  public private(set) var first: Timestamp?
  public private(set) var last: Timestamp?
  /// How often each code of a finding occurred.
  public private(set) var findings: [String: UInt64] = [:]

  private var open: [SessionID: OpenSession] = [:]

  public init(_ groupings: [StatisticsGrouping]) {
    tables = groupings.map(StatisticsTable.init)
  }

  /// Takes what is told of a recording, in order.
  public mutating func receive(_ observation: Observation) {
    switch observation {
    case .opened(let summary):
      see(summary.opened)
    case .exchange(let exchange, let summary):
      count(exchange, summary)
    case .closed(let summary):
      close(summary)
    }
  }

  /// Adds the statistics of another recording, by the same groupings.
  public mutating func merge(_ other: TrafficStatistics) {
    total.merge(other.total)
    for index in tables.indices { tables[index].merge(other.tables[index]) }
    failedSessions += other.failedSessions
    clientBytes = StatisticsRow.sum(clientBytes, other.clientBytes)
    serverBytes = StatisticsRow.sum(serverBytes, other.serverBytes)
    gapBytes = StatisticsRow.sum(gapBytes, other.gapBytes)
    gapSessions += other.gapSessions
    if let time = other.first { see(time) }
    if let time = other.last { see(time) }
    findings.merge(other.findings) { $0 + $1 }
  }

  // MARK: Helpers

  private mutating func count(_ exchange: Exchange, _ summary: SessionSummary) {
    see(summary.opened)
    see(exchange.end)
    let status = exchange.content.status
    total.add(exchange, status)
    for finding in exchange.findings { findings[finding.code, default: 0] += 1 }
    var session = open.removeValue(forKey: summary.session) ?? OpenSession()
    if let authority = StatisticsGrouping.authority(exchange.content) { session.lastAuthority = authority }
    for index in tables.indices {
      let key = tables[index].grouping.key(exchange, summary, lastAuthority: session.lastAuthority)
      let isFirst = session.counted.insert(Place(table: index, row: tables[index].rowKey(key))).inserted
      tables[index].update(key) { row in
        row.add(exchange, status)
        if isFirst { row.sessions += 1 }
      }
    }
    open[summary.session] = session
  }

  private mutating func close(_ summary: SessionSummary) {
    see(summary.opened)
    if let closed = summary.closed { see(closed) }
    total.sessions += 1
    clientBytes = StatisticsRow.sum(clientBytes, summary.clientByteCount)
    serverBytes = StatisticsRow.sum(serverBytes, summary.serverByteCount)
    if summary.closing?.cause != nil { failedSessions += 1 }
    if summary.gapByteCount > 0, summary.opening.continues == nil {
      gapBytes = StatisticsRow.sum(gapBytes, summary.gapByteCount)
      gapSessions += 1
    }
    guard open.removeValue(forKey: summary.session) == nil else { return }
    for index in tables.indices {
      guard let key = tables[index].grouping.key(summary) else { continue }
      tables[index].update(key) { $0.sessions += 1 }
    }
  }

  private mutating func see(_ time: Timestamp) {
    first = min(first ?? time, time)
    last = max(last ?? time, time)
  }
}
