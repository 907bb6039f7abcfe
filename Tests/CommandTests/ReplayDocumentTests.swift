import Testing

/// `docs/REPLAY.md`: its examples do what they show.
@Suite struct `docs/REPLAY.md` {
  static let document = ConsoleDocument("REPLAY.md")

  @Test(arguments: [
    "show", "exchanges", "list", "stats", "events", "verify", "torture", "--host", "--process", "--protocol",
    "--status",
    "--method", "--session", "--since", "--until",
  ]) func `has an example of every subcommand and filter`(word: String) {
    let commands = Self.document.sessions.flatMap(\.examples).map(\.command)
    #expect(commands.contains { $0.contains("replay \(word) ") || $0.contains(" \(word) ") })
  }

  @Test(arguments: document.sessions)
  func `shows what its examples print`(_ session: ConsoleDocument.Session) throws {
    try session.check()
  }
}
