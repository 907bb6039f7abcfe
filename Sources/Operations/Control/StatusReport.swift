package import SessionEvents

/// What `/status` tells: the service at one moment.
package struct StatusReport: Hashable, Sendable {
  package var identity: ServiceIdentity
  package var readings: ServiceReadings
  package var totals: LedgerTotals
  /// In order of opening.
  package var sessions: [LiveSession]
  package var now: Timestamp

  package init(
    identity: ServiceIdentity, readings: ServiceReadings, totals: LedgerTotals, sessions: [LiveSession],
    now: Timestamp
  ) {
    self.identity = identity
    self.readings = readings
    self.totals = totals
    self.sessions = sessions
    self.now = now
  }
}
