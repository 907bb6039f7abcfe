import Testing

/// `docs/EXPORT.md`: its examples do what they show.
@Suite struct `docs/EXPORT.md` {
  static let sessions = ConsoleDocument("EXPORT.md").sessions

  @Test func `has examples`() {
    #expect(Self.sessions.count > 5)
  }

  @Test(arguments: sessions)
  func `shows what its examples print`(_ session: ConsoleDocument.Session) throws {
    try session.check()
  }
}
