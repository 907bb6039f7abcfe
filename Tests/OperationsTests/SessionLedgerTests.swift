import Operations
import Testing

@Suite struct `Session ledger` {
  @Test func `begins with nothing`() {
    #expect(SessionLedger().totals() == LedgerTotals())
  }
}
