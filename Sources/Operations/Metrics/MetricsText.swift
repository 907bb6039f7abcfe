/// Writes metrics in Prometheus's text exposition format, version 0.0.4.
package enum MetricsText {
  /// For the Content-Type header.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package static func render(
    identity: ServiceIdentity, totals: LedgerTotals, readings: ServiceReadings, process: ProcessReadings
  ) -> [UInt8] {
    []
  }
}
