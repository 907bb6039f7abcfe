import Inspection
import SessionEvents

/// The beginning of the report: how much there was, by host.
struct MarkdownSummary {
  /// Hosts that have a row of their own, those that came first.
  private static let hostLimit = 1_000

  private struct Host {
    var exchangeCount: UInt64 = 0
    var errorCount: UInt64 = 0
    var unansweredCount: UInt64 = 0
    var sent: UInt64 = 0
    var received: UInt64 = 0
    var durations = DurationSketch()
  }

  private var hosts: [String: Host] = [:]
  /// In order of coming.
  private var names: [String] = []
  private var others = Host()
  private var all = Host()
  private var sessionCount: UInt64 = 0
  private(set) var findingCount: UInt64 = 0
  private var start: Timestamp?
  private var end: Timestamp?

  mutating func add(_ session: SessionSummary) {
    sessionCount += 1
    extend(from: session.opened, to: session.closed ?? session.opened)
  }

  mutating func add(_ exchange: Exchange, _ session: SessionSummary) {
    findingCount += UInt64(exchange.findings.count)
    extend(from: exchange.start, to: exchange.end)
    Self.count(exchange, &all)
    let name = session.host.name
    if hosts[name] == nil, names.count < Self.hostLimit {
      names.append(name)
      hosts[name] = Host()
    }
    if hosts[name] == nil {
      Self.count(exchange, &others)
    } else {
      Self.count(exchange, &hosts[name, default: Host()])
    }
  }

  var text: String {
    var text = "\(overview)\n\n"
    guard !names.isEmpty else { return text }
    text +=
      "## Hosts\n\n| host | exchanges | errors | unanswered | sent | received | median | 95 % | slowest |\n"
    text += "| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n"
    for name in names { text += Self.row(MarkdownText.code(name, inTable: true), hosts[name] ?? Host()) }
    if others.exchangeCount > 0 { text += Self.row("others", others) }
    if names.count > 1 { text += Self.row("all", all) }
    return text + "\n"
  }

  // MARK: Helpers

  private var overview: String {
    var parts = [
      Self.plural(sessionCount, "session"), Self.plural(all.exchangeCount, "exchange"),
      Self.plural(all.errorCount, "error"), Self.plural(findingCount, "finding"),
    ]
    if all.unansweredCount > 0 { parts.insert("\(HumaneUnits.count(all.unansweredCount)) unanswered", at: 3) }
    var text = parts.joined(separator: ", ")
    if let start, let end {
      let civil = CivilTime(start)
      let span = HumaneUnits.duration(end.nanoseconds(since: start))
      text = "\(civil.date) \(civil.timeOfDay) UTC, \(span): \(text)"
    }
    return text + "."
  }

  private mutating func extend(from first: Timestamp, to last: Timestamp) {
    start = min(start ?? first, first)
    end = max(end ?? last, last)
  }

  private static func count(_ exchange: Exchange, _ host: inout Host) {
    host.exchangeCount += 1
    switch exchange.content.status {
    case .answered(let answer):
      if answer.isError { host.errorCount += 1 }
      host.durations.add(exchange.end.nanoseconds(since: exchange.start))
    case .unanswered: host.unansweredCount += 1
    case .notAwaited: break
    }
    switch exchange.content {
    case .http1(let http), .http2(let http, stream: _):
      host.sent &+= http.request?.body.byteCount ?? 0
      host.received &+= http.response?.body.byteCount ?? 0
    case .webSocket, .serverSentEvent, .dns, .tlsHello, .tlsServerHello, .command, .opaque: break
    }
  }

  private static func row(_ name: String, _ host: Host) -> String {
    let durations = host.durations
    func time(_ value: Int64?) -> String { value.map(HumaneUnits.duration) ?? "–" }
    let cells = [
      name, HumaneUnits.count(host.exchangeCount), HumaneUnits.count(host.errorCount),
      HumaneUnits.count(host.unansweredCount), HumaneUnits.size(host.sent), HumaneUnits.size(host.received),
      time(durations.percentile(50)), time(durations.percentile(95)), time(durations.percentile(100)),
    ]
    return "| " + cells.joined(separator: " | ") + " |\n"
  }

  private static func plural(_ count: UInt64, _ noun: String) -> String {
    "\(HumaneUnits.count(count)) \(noun)\(count == 1 ? "" : "s")"
  }
}
