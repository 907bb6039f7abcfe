import SessionEvents

/// A command that was begun and whose exchange is not reported yet.
final class PendingCommand {
  let index: Int
  let start: Sighting
  /// Of its last byte so far, in either direction.
  var end: Sighting
  var command: CommandExchange.Command
  var interim: [CommandExchange.Interim] = []
  var reply: CommandExchange.Reply?
  var dataEndpoint: Endpoint?
  var findings: FindingList
  /// Whether all of it was sent.
  var isSent = false
  /// Bytes of the server that belong to it.
  var replyByteCount: UInt64 = 0
  /// Items of the reply so far.
  var itemCount: UInt64 = 0
  /// Replies that are still to come, where a command has several.
  var awaitedCount: UInt64 = 1
  /// Whether the reply may lie in a gap.
  var mayHaveLostReply = false

  init(index: Int, start: Sighting, command: CommandExchange.Command, limits: InspectionLimits) {
    self.index = index
    self.start = start
    end = start
    self.command = command
    findings = FindingList(limit: limits.findingCount)
  }

  /// The verb in capital letters, for comparisons.
  var verb: String { String(decoding: command.verb, as: UTF8.self).uppercased() }

  func draft(_ dialect: CommandExchange.Dialect, seen: ByteCounts) -> ExchangeDraft {
    let exchange = CommandExchange(
      dialect: dialect, command: command, interim: interim, reply: reply, dataEndpoint: dataEndpoint)
    return ExchangeDraft(
      index: index, start: start, end: end, content: .command(exchange), findings: findings.all, seen: seen)
  }
}
