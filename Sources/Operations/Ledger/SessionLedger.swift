package import SessionEvents
import Synchronization

/// Counts what happens in all sessions, and knows those that are not over, from their events alone.
package final class SessionLedger: SessionSink {
  package init() {}

  package func receive(_ event: SessionEvent) {
  }

  package func totals() -> LedgerTotals { LedgerTotals() }

  /// In order of opening.
  package func liveSessions() -> [LiveSession] { [] }
}
