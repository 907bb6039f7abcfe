import SessionEvents

/// What is said in datagrams: DNS, or nothing that is spoken here.
final class DatagramConversation {
  private let context: SessionContext
  private var transactions: DNSTransactions
  private var seen = ByteCounts()
  private var isDNS = false
  private var rest: Rest?

  /// What is no DNS: a box, since most sessions of datagrams have none, and many are open at a time.
  private final class Rest {
    var tally: OpaqueTally
    var findings: FindingList

    init(_ limits: InspectionLimits) {
      tally = OpaqueTally(limits.opaque)
      findings = FindingList(limit: limits.findingCount)
    }
  }

  init(_ context: SessionContext) {
    self.context = context
    transactions = DNSTransactions(context)
  }

  func receive(
    _ bytes: [UInt8], in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    seen[direction] += UInt64(bytes.count)
    // Once one datagram was DNS, a damaged one is taken for damaged DNS.
    if !isDNS { isDNS = looksLikeDNS(bytes) }
    guard isDNS else { return madeRest().tally.add(datagram: bytes, in: direction, at: sighting) }
    var reader = DNSMessageReader(
      bytes, 0..<bytes.count, offset: 0, direction: direction, limits: context.limits,
      flavor: context.dns.flavor)
    if let message = reader.message() {
      transactions.receive(
        message, in: direction, findings: reader.findings, from: sighting, to: sighting, seen: seen,
        report: report)
    } else {
      let rest = madeRest()
      rest.findings.append(reader.findings)
      rest.tally.add(datagram: bytes, in: direction, at: sighting)
    }
  }

  func close(report: (ConversationReport) -> Void) {
    transactions.close(seen: seen, report: report)
    let draft = rest?.tally.draft(
      index: context.takeIndex(), findings: rest?.findings.all ?? [], seen: seen, transport: .udp)
    if let draft { report(.exchange(draft)) }
  }

  private func madeRest() -> Rest {
    if let rest { return rest }
    let new = Rest(context.limits)
    rest = new
    return new
  }

  private func looksLikeDNS(_ bytes: [UInt8]) -> Bool {
    var reader = ByteReader(bytes)
    guard let header = DNSHeader(&reader) else { return false }
    if header.isPlausible(byteCount: bytes.count),
      case .yes = DNSQuestionGuess.look(at: bytes, from: reader.position)
    {
      return true
    }
    return dnsPorts.contains(context.serverPort) && header.isWeaklyPlausible(byteCount: bytes.count)
  }
}
