import SessionEvents

/// What is said in datagrams: DNS, or nothing that is spoken here.
final class DatagramConversation {
  private let context: SessionContext
  private var transactions: DNSTransactions
  private var seen = ByteCounts()
  private var isDNS = false
  private var rest: Rest?
  /// A datagram to a server of DNS that is the head of a message if bytes of it are missing, which the next event tells.
  private var doubtful: Doubtful?

  private struct Doubtful {
    var bytes: [UInt8]
    var direction: Direction
    var sighting: Sighting
  }

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
    settleDoubt()
    seen[direction] += UInt64(bytes.count)
    // Once one datagram was DNS, a damaged one is taken for damaged DNS.
    if !isDNS { isDNS = looksLikeDNS(bytes) }
    guard isDNS, !DNSQuestionGuess.asksNetBIOS(bytes, from: DNSHeader.byteCount) else {
      let datagram = Doubtful(bytes: bytes, direction: direction, sighting: sighting)
      if mayBeHead(bytes) { doubtful = datagram } else { addToRest(datagram) }
      return
    }
    read(bytes, in: direction, at: sighting, report)
  }

  /// The datagram before this lacks bytes at its end.
  func skip(in direction: Direction, report: (ConversationReport) -> Void) {
    guard let head = doubtful, head.direction == direction else { return }
    doubtful = nil
    isDNS = true
    read(head.bytes, in: direction, at: head.sighting, report)
  }

  func close(report: (ConversationReport) -> Void) {
    settleDoubt()
    transactions.close(seen: seen, report: report)
    let draft = rest?.tally.draft(
      index: context.takeIndex(), findings: rest?.findings.all ?? [], seen: seen, transport: .udp)
    if let draft { report(.exchange(draft)) }
  }

  private func read(
    _ bytes: [UInt8], in direction: Direction, at sighting: Sighting, _ report: (ConversationReport) -> Void
  ) {
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

  private func settleDoubt() {
    if let whole = doubtful { addToRest(whole) }
    doubtful = nil
  }

  private func addToRest(_ datagram: Doubtful) {
    madeRest().tally.add(datagram: datagram.bytes, in: datagram.direction, at: datagram.sighting)
  }

  private func madeRest() -> Rest {
    if let rest { return rest }
    let new = Rest(context.limits)
    rest = new
    return new
  }

  private func mayBeHead(_ bytes: [UInt8]) -> Bool {
    var reader = ByteReader(bytes)
    return dnsPorts.contains(context.serverPort) && DNSHeader(&reader)?.isPlausibleHead() == true
  }

  private func looksLikeDNS(_ bytes: [UInt8]) -> Bool {
    var reader = ByteReader(bytes)
    guard !context.dns.isNetBIOS, let header = DNSHeader(&reader) else { return false }
    if header.isPlausible(byteCount: bytes.count),
      case .yes = DNSQuestionGuess.look(at: bytes, from: reader.position)
    {
      return true
    }
    return dnsPorts.contains(context.serverPort) && header.isWeaklyPlausible(byteCount: bytes.count)
  }
}
