import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import Operations

@Suite struct `Metrics text` {
  /// Everything that can be there is.
  static func exposition(
    version: String = "0.1.0", totals: LedgerTotals = LedgerTotals(), readings: ServiceReadings = fullReadings
  ) throws -> Exposition {
    let identity = ServiceIdentity(
      version: version, pid: 1, started: Timestamp(nanoseconds: 1_700_000_000_250_000_000), listeners: [])
    return try Exposition(
      MetricsText.render(identity: identity, totals: totals, readings: readings, process: .ofThisProcess()))
  }

  static var fullReadings: ServiceReadings {
    var readings = ServiceReadings()
    var recording = ServiceReadings.Recording()
    recording.writtenBytes = 3_000
    recording.queuedEvents = 4
    readings.recording = recording
    readings.dns = ServiceReadings.DNS()
    readings.certificatesMinted = 12
    readings.admission.limit = 500
    readings.admission.isPaused = true
    return readings
  }

  @Test func `keeps to the format, and to Prometheus's naming`() throws {
    let families = try Self.exposition().families
    for family in families {
      #expect((family.type == "counter") == family.name.hasSuffix("_total"), "\(family.name)")
      #expect(family.name.hasPrefix("wiretape_") || family.name.hasPrefix("process_"))
      #expect(!family.help.isEmpty && !family.help.hasSuffix("."))
    }
    #expect(families.count > 30)
  }

  @Test func `tells what the ledger has counted`() throws {
    let ledger = SessionLedger()
    var script = EventScript()
    script.client("12345")
    script.append(.closed(SessionClosing(.reset(by: .server), cause: .tlsFailed(.client, "unknown ca"))))
    for event in script.events + EventScript(session: 2).events { ledger.receive(event.event) }
    let metrics = try Self.exposition(totals: ledger.totals())
    #expect(metrics.value("wiretape_sessions_opened_total", ["transport": "tcp"]) == 2)
    #expect(metrics.value("wiretape_sessions_closed_total", ["transport": "tcp"]) == 1)
    #expect(metrics.value("wiretape_sessions_live", ["transport": "tcp"]) == 1)
    #expect(metrics.value("wiretape_sessions_live", ["transport": "udp"]) == 0)
    #expect(
      metrics.value("wiretape_bytes_total", ["transport": "tcp", "direction": "client_to_server"]) == 5)
    #expect(metrics.value("wiretape_session_failures_total", ["reason": "tls_failed_client"]) == 1)
    #expect(metrics.value("wiretape_session_failures_total", ["reason": "idle_timeout"]) == 0)
    #expect(metrics.value("wiretape_session_resets_total", ["party": "server"]) == 1)
  }

  @Test func `tells how the service does`() throws {
    let metrics = try Self.exposition()
    #expect(metrics.value("wiretape_build_info", ["version": "0.1.0"]) == 1)
    #expect(metrics.value("wiretape_recording_queue_events") == 4)
    #expect(metrics.value("wiretape_recording_active") == 1)
    #expect(metrics.value("wiretape_accept_paused") == 1)
    #expect(metrics.value("process_start_time_seconds") == 1_700_000_000.25)
  }

  @Test func `leaves out what there is not`() throws {
    let metrics = try Self.exposition(readings: ServiceReadings())
    #expect(!metrics.families.contains { $0.name.hasPrefix("wiretape_recording") })
    #expect(metrics.value("wiretape_connection_limit") == nil)
    #expect(metrics.value("wiretape_dns_timeouts_total") == nil)
    #expect(metrics.value("wiretape_certificates_minted_total") == nil)
    #expect(metrics.value("wiretape_connections_refused_total", ["reason": "loop"]) == 0)
  }

  @Test func `escapes what labels may not hold`() throws {
    let version = "1 \"x\" \\ \n}"
    #expect(try Self.exposition(version: version).value("wiretape_build_info", ["version": version]) == 1)
  }

  @Test func `knows this process`() throws {
    let metrics = try Self.exposition()
    let file = try FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
    let more = try Self.exposition()
    // Other tests open files at the same time.
    #expect(try #require(metrics.value("process_open_fds")) >= 3)
    #expect(try #require(more.value("process_open_fds")) <= #require(more.value("process_max_fds")))
    #expect(try #require(metrics.value("process_resident_memory_bytes")) > 1_000_000)
    let virtual = try #require(metrics.value("process_virtual_memory_bytes"))
    #expect(try #require(metrics.value("process_resident_memory_bytes")) < virtual)
    #expect(try #require(metrics.value("process_cpu_seconds_total")) > 0)
    #expect(try #require(metrics.value("process_threads")) >= 1)
    try file.close()
  }

  // MARK: The document

  /// The lines of the document's tables are exactly what the code says.
  @Test func `is described in docs/METRICS.md, word for word`() throws {
    let path = Fixtures.folder.deletingLastPathComponent().appending(path: "docs/METRICS.md")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map(String.init)
    let documented = lines.filter { $0.hasPrefix("| `wiretape_") || $0.hasPrefix("| `process_") }
    #expect(documented == (try Self.exposition()).families.map(Self.documentLine))
  }

  private static func documentLine(_ family: Exposition.Family) -> String {
    "| `\(family.name)` | \(family.type) | \(labels(of: family)) | \(family.help) |"
  }

  private static func labels(of family: Exposition.Family) -> String {
    let names = family.samples.first?.labels.map(\.name) ?? []
    return names.map { name in
      guard name != "version" || family.name != "wiretape_build_info" else { return "`version`" }
      var values: [String] = []
      for label in family.samples.flatMap(\.labels) where label.name == name && !values.contains(label.value)
      {
        values.append(label.value)
      }
      return "`\(name)`: \(values.joined(separator: ", "))"
    }.joined(separator: "; ")
  }
}
