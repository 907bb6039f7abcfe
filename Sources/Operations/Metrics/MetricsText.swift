/// Writes metrics in Prometheus's text exposition format, version 0.0.4.
///
/// docs/METRICS.md describes each.
package enum MetricsText {
  /// For the Content-Type header.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package static func render(
    identity: ServiceIdentity, totals: LedgerTotals, readings: ServiceReadings, process: ProcessReadings
  ) -> [UInt8] {
    let families =
      [buildInfo(identity)] + sessionFamilies(totals) + serviceFamilies(readings)
      + processFamilies(process, started: identity.started)
    var text = ""
    for family in families { family.write(to: &text) }
    return Array(text.utf8)
  }

  private static func buildInfo(_ identity: ServiceIdentity) -> MetricFamily {
    MetricFamily(
      name: "wiretape_build_info", kind: .gauge, help: "Always 1; the version is a label",
      samples: [.init(labels: [.init(name: "version", value: identity.version)], value: .integer(1))])
  }
}
