public import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
public import Replay

struct StatsCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count exchanges by host, protocol and status, with latencies.",
    discussion: """
      A table for every grouping: how many sessions and exchanges, how many errors (HTTP from 400 on, DNS other than \
      NOERROR, what a protocol calls one) and how many without an answer; what was sent and received (bodies as sent, \
      without headers); and the percentiles of how long answers took, from a request's first byte to its response's \
      last: exact up to \(DurationSketch.exactLimit) exchanges of a row, within 1.6 % beyond. Several captures are \
      counted together. With --json one JSON object a line; docs/SCHEMA.md explains every field.
      """)

  static let helpEnding = """
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
        $ replay stats --by host page.pcap
        3 sessions, 2 exchanges from 2026-11-24 09:04:43 to 09:04:43 UTC
        65 B from the clients, 397 B from the servers, 1 failed session

        HOST         SESSIONS EXCHANGES RECEIVED     P50     P90     P99     MAX
        10.9.8.7            1         1      0 B  152 µs  152 µs  152 µs  152 µs
        example.com         1         1    110 B 26.4 ms 26.4 ms 26.4 ms 26.4 ms
        example.org         1         0      0 B
    """

  @OptionGroup var input: InputOptions

  @OptionGroup var jobs: JobOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What to group by: host, protocol, status, method or process. Repeatable. (default: the first three)",
      valueName: "grouping"),
    completion: .list(StatisticsGrouping.allCases.map(\.rawValue)))
  var by: [StatisticsGrouping] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Rows of each table; the others are counted together.", valueName: "count"))
  var top = 20

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @OptionGroup var style: StyleOptions

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top \(top) leaves no row") }
  }

  func run() throws {
    let groupings = by.isEmpty ? [.host, .protocol, .status] : by.uniqued
    let results = input.run(jobs: jobs.count) { pass throws(ReplayError) in
      var statistics = TrafficStatistics(groupings)
      try pass.observe(services: ContentServices.system.withoutBodyDigests) { statistics.receive($0) }
      return statistics
    }
    var sum = TrafficStatistics(groupings)
    for statistics in results.values { sum.merge(statistics) }
    let report = StatisticsReport(sum)
    if !results.values.isEmpty {
      results.console.write(json ? report.jsonLines : report.text(style.options, rowCount: top))
    }
    try results.end()
  }
}

extension StatisticsGrouping: ExpressibleByArgument {}

extension [StatisticsGrouping] {
  /// Each once, where it came first.
  fileprivate var uniqued: [StatisticsGrouping] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
