import SessionEvents

/// Counts bytes that no parser reads, and remembers when they began and ended.
struct OpaqueTally {
  private(set) var counts = ByteCounts()
  private(set) var first: Sighting?
  private(set) var last: Sighting?

  var isEmpty: Bool { counts == ByteCounts() }

  mutating func add(_ byteCount: Int, in direction: Direction, at sighting: Sighting) {
    guard byteCount > 0 else { return }
    counts[direction] += UInt64(byteCount)
    if first == nil { first = sighting }
    last = sighting
  }

  mutating func add(_ other: OpaqueTally) {
    counts.client += other.counts.client
    counts.server += other.counts.server
    if let began = other.first, first.map({ began.time < $0.time }) ?? true { first = began }
    if let ended = other.last, last.map({ $0.time < ended.time }) ?? true { last = ended }
  }

  /// The exchange that these bytes make; nil where there were none.
  func draft(index: @autoclosure () -> Int, findings: [Finding], seen: ByteCounts) -> ExchangeDraft? {
    guard let first, let last else { return nil }
    let content = OpaqueExchange(
      client: OpaqueExchange.Look(byteCount: counts.client),
      server: OpaqueExchange.Look(byteCount: counts.server))
    return ExchangeDraft(
      index: index(), start: first, end: last, content: .opaque(content), findings: findings, seen: seen)
  }
}

/// The conversation of a session whose protocol nobody speaks.
final class OpaqueConversation: Conversation {
  private let context: SessionContext
  private var tally = OpaqueTally()

  init(_ context: SessionContext) {
    self.context = context
  }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    tally.add(bytes.count - start, in: direction, at: sighting)
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {}

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {}

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if let draft = tally.draft(index: context.takeIndex(), findings: [], seen: tally.counts) {
      report(.exchange(draft))
    }
  }
}
