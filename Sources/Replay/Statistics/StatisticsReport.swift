import Inspection
import JSONText
import SessionEvents

/// Statistics as JSON Lines; `docs/SCHEMA.md` explains every field.
public struct StatisticsReport {
  let statistics: TrafficStatistics

  public init(_ statistics: TrafficStatistics) {
    self.statistics = statistics
  }

  /// A line for everything together, then one for each row of each table, those with most exchanges first.
  public var jsonLines: [UInt8] {
    var json = JSONWriter()
    line(&json, by: "all", key: nil, statistics.total) { json in
      json.field("first", statistics.first.map { "\($0)" })
      json.field("last", statistics.last.map { "\($0)" })
      json.field("failed_sessions", statistics.failedSessions)
      json.field("client_bytes", statistics.clientBytes)
      json.field("server_bytes", statistics.serverBytes)
      json.field("gaps", statistics.gapBytes)
      json.field("gap_sessions", statistics.gapSessions)
      json.field("findings") { json in
        json.array { json in
          for (code, count) in statistics.sortedFindings { json.findingCount(code, count) }
        }
      }
    }
    for table in statistics.tables {
      let (rows, others) = table.top(.max)
      for (key, row) in rows { line(&json, by: table.grouping.rawValue, key: key, row) }
      if let others { line(&json, by: table.grouping.rawValue, key: nil, others) }
    }
    return json.bytes
  }

  private func line(
    _ json: inout JSONWriter, by grouping: String, key: String?, _ row: StatisticsRow,
    _ more: (inout JSONWriter) -> Void = { _ in }
  ) {
    json.object { json in
      json.beginLine(nil)
      json.field("by", grouping)
      json.field("key", key)
      json.field("sessions", row.sessions)
      json.field("exchanges", row.exchanges)
      json.field("errors", row.errors)
      json.field("unanswered", row.unanswered)
      json.field("request_bytes", row.requestBytes)
      json.field("response_bytes", row.responseBytes)
      json.field("latency") { $0.durations(row.durations) }
      more(&json)
    }
    json.endLine()
  }
}

extension TrafficStatistics {
  /// Most frequent first.
  var sortedFindings: [(code: String, count: UInt64)] {
    findings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}

extension JSONWriter {
  fileprivate mutating func findingCount(_ code: String, _ count: UInt64) {
    object { json in
      json.field("code", code)
      json.field("count", count)
    }
  }

  fileprivate mutating func durations(_ durations: DurationSketch) {
    guard durations.count > 0 else { return null() }
    object { json in
      json.field("count", durations.count)
      json.field("p50", durations.percentile(50))
      json.field("p90", durations.percentile(90))
      json.field("p99", durations.percentile(99))
      json.field("max", durations.largest)
    }
  }
}
