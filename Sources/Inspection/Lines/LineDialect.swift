import SessionEvents

/// What is particular to one protocol of lines: which lines are commands and replies, and what stands between them.
protocol LineDialect {
  static var dialect: CommandExchange.Dialect { get }
  init(_ context: SessionContext)
  /// Takes the next line of a direction, and says by the scene's sides what follows it.
  mutating func receive(_ line: CommandLine, from direction: Direction, in scene: CommandScene)
  /// A payload has ended, the last byte of which was seen then; the side reads lines again.
  mutating func endPayload(from direction: Direction, at sighting: Sighting, in scene: CommandScene)
  /// The client's bytes must be taken although no reply says what they are: it says what by the client's mode.
  mutating func resume(in scene: CommandScene)
  /// The direction ends, or lacks bytes: a payload that had begun is over, and a line comes next if anything does.
  mutating func lose(_ direction: Direction, in scene: CommandScene)
  /// Whether a line behind missing bytes is one of this protocol.
  func fits(_ line: CommandLine, from direction: Direction) -> Bool
}
