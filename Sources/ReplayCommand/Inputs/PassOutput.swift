/// The output of one input's pass, written in large pieces, and in its turn; belongs to one thread.
final class PassOutput {
  private static let pieceSize = 256 << 10

  private let input: Int
  private let turns: OutputTurns
  private let isEager: Bool
  private var buffer: [UInt8] = []
  private var held = HeldOutput()
  private var hasTurn = false

  /// An eager output writes after every addition: for terminals, and for input that may come slowly.
  init(_ input: Int, _ turns: OutputTurns, isEager: Bool) {
    self.input = input
    self.turns = turns
    self.isEager = isEager || turns.console.isWatched
  }

  /// Lets `body` append, and writes when enough has come together.
  func append(_ body: (inout [UInt8]) -> Void) {
    body(&buffer)
    if buffer.count >= Self.pieceSize || isEager && takeTurn() { flush() }
  }

  /// Writes everything as soon as it may, and then the messages.
  func end(_ messages: [Message]) {
    flush()
    turns.end(input, OutputTurns.Ending(output: held, messages: messages))
  }

  private func flush() {
    guard !buffer.isEmpty else { return }
    if !takeTurn(), !held.append(buffer) {
      turns.waitForTurn(of: input)
      _ = takeTurn()
    }
    if hasTurn { turns.console.write(buffer) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Whether the turn has come; then what was held is out.
  private func takeTurn() -> Bool {
    if hasTurn { return true }
    guard turns.isTurn(of: input) else { return false }
    hasTurn = true
    held.drain(to: turns.console)
    held = HeldOutput()
    return true
  }
}
