import Glibc
import SessionEvents

/// A running service as its control socket shows it.
package struct ServiceView: Sendable {
  package let identity: ServiceIdentity
  private let ledger: SessionLedger
  private let readings: @Sendable () -> ServiceReadings

  /// `readings` is called on the control server's thread for each request, and must not block it for long.
  package init(
    identity: ServiceIdentity, ledger: SessionLedger, readings: @escaping @Sendable () -> ServiceReadings
  ) {
    self.identity = identity
    self.ledger = ledger
    self.readings = readings
  }

  package func status() -> StatusReport {
    StatusReport(
      identity: identity, readings: readings(), totals: ledger.totals(), sessions: ledger.liveSessions(),
      now: WallClock.now())
  }

  /// The text of `/metrics`.
  package func metrics() -> [UInt8] {
    MetricsText.render(
      identity: identity, totals: ledger.totals(), readings: readings(),
      process: ProcessReadings.ofThisProcess())
  }
}

/// The system's real-time clock.
enum WallClock {
  static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
