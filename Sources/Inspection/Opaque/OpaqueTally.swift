import SessionEvents

/// Counts bytes that no parser reads, looks at the first of them, and remembers when they began and ended.
struct OpaqueTally {
  private(set) var counts = ByteCounts()
  private(set) var first: Sighting?
  private(set) var last: Sighting?
  private let limits: OpaqueLimits
  private var client = ByteSample()
  private var server = ByteSample()

  init(_ limits: OpaqueLimits = OpaqueLimits()) {
    self.limits = limits
  }

  var isEmpty: Bool { counts == ByteCounts() }

  /// Takes bytes of a stream, in its order.
  mutating func add(_ bytes: [UInt8], _ range: Range<Int>, in direction: Direction, at sighting: Sighting) {
    add(range.count, in: direction, at: sighting)
    withSample(direction) { [limits] in $0.add(bytes, range, limits) }
  }

  /// Takes a datagram; only the first one's bytes say how the direction begins.
  mutating func add(datagram: [UInt8], in direction: Direction, at sighting: Sighting) {
    add(datagram, 0..<datagram.count, in: direction, at: sighting)
    withSample(direction) { $0.endStart() }
  }

  /// Counts bytes without looking at them.
  mutating func add(_ byteCount: Int, in direction: Direction, at sighting: Sighting) {
    guard byteCount > 0 else { return }
    counts[direction] += UInt64(byteCount)
    if first == nil { first = sighting }
    last = sighting
  }

  /// Takes what another has counted; its bytes follow in each direction.
  mutating func add(_ other: OpaqueTally) {
    counts.client += other.counts.client
    counts.server += other.counts.server
    client.add(other.client, limits)
    server.add(other.server, limits)
    if let began = other.first, first.map({ began.time < $0.time }) ?? true { first = began }
    if let ended = other.last, last.map({ $0.time < ended.time }) ?? true { last = ended }
  }

  /// The exchange that these bytes make; nil where there were none.
  func draft(
    index: @autoclosure () -> Int, findings: [Finding], seen: ByteCounts,
    transport: TransportProtocol = .tcp
  ) -> ExchangeDraft? {
    guard let first, let last else { return nil }
    let content = OpaqueExchange(
      client: look(client, counts.client), server: look(server, counts.server),
      guess: OpaqueGuess(client, server, transport).guess)
    return ExchangeDraft(
      index: index(), start: first, end: last, content: .opaque(content), findings: findings, seen: seen)
  }

  private func look(_ sample: ByteSample, _ byteCount: UInt64) -> OpaqueExchange.Look {
    OpaqueExchange.Look(
      byteCount: byteCount, entropy: sample.entropy, start: Array(sample.start.prefix(limits.startByteCount)))
  }

  private mutating func withSample(_ direction: Direction, _ body: (inout ByteSample) -> Void) {
    switch direction {
    case .clientToServer: body(&client)
    case .serverToClient: body(&server)
    }
  }
}
