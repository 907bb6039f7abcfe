import SessionEvents

/// Remembers which question's answer last led to an address; forgets the oldest beyond its limit.
struct HostNames {
  private let limit: Int
  private var names: [IPAddress: (name: String, stamp: UInt64)] = [:]
  /// Addresses in the order in which they were learned; those with an outdated stamp were learned again later.
  private var order: [(address: IPAddress, stamp: UInt64)] = []
  private var orderStart = 0
  private var nextStamp: UInt64 = 0

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  /// The name for an address: of the most recent answer, else the address itself.
  func name(of address: IPAddress) -> HostName {
    if let name = names[address]?.name { return HostName(name: name, source: .dns) }
    return HostName(name: address.description, source: .address)
  }

  /// Takes the A and AAAA answers that the question leads to, through any CNAMEs.
  ///
  /// A multicast response speaks for itself: no question leads to its records (RFC 6762 §6).
  mutating func learn(from exchange: DNSExchange) {
    if exchange.flavor == .mdns { return learn(from: exchange.response) }
    guard let response = exchange.response,
      let question = response.questions.first ?? exchange.query?.questions.first
    else { return }
    let names = HostNames.names(ledToBy: question.name, response.answers)
    var name: String?
    let answers = response.answers
    for index in answers.indices where answers[index].type == "A" || answers[index].type == "AAAA" {
      guard names.contains(answers[index].name), let address = IPAddress(answers[index].data) else {
        continue
      }
      let lowercased = name ?? question.name.lowercased()
      name = lowercased
      remember(address, as: lowercased)
    }
  }

  private mutating func learn(from announcement: DNSMessage?) {
    guard let announcement else { return }
    for record in announcement.answers + announcement.additional
    where record.type == "A" || record.type == "AAAA" {
      guard record.timeToLive > 0, let address = IPAddress(record.data) else { continue }
      remember(address, as: record.name.lowercased())
    }
  }

  /// The names that the question leads to; an alias may stand before or behind the one that leads to it.
  private static func names(ledToBy question: String, _ answers: [DNSRecord]) -> NameSet {
    let aliases = answers.indices.filter { answers[$0].type == "CNAME" }
    if aliases.isEmpty { return .one(question) }
    if aliases.count <= HostNames.fewAliases {
      return .few(names(ledToBy: question, few: aliases, of: answers))
    }
    var targets: [String: [String]] = [:]
    for alias in aliases {
      targets[answers[alias].name.lowercased(), default: []].append(answers[alias].data.lowercased())
    }
    var reached: Set = [question.lowercased()]
    var next = Array(reached)
    while let name = next.popLast() {
      for target in targets[name] ?? [] where reached.insert(target).inserted { next.append(target) }
    }
    return .many(reached)
  }

  /// Names without regard to case.
  private enum NameSet {
    case one(String)
    case few([String])
    /// In lower case.
    case many(Set<String>)

    func contains(_ name: String) -> Bool {
      switch self {
      case .one(let one): equalsIgnoringCase(one, name)
      case .few(let names): names.contains { equalsIgnoringCase($0, name) }
      case .many(let names): names.contains(name.lowercased())
      }
    }
  }

  /// Nearly all answers have no more; so many are compared faster than hashed.
  private static let fewAliases = 8

  private static func names(
    ledToBy question: String, few aliases: [Int], of answers: [DNSRecord]
  ) -> [String] {
    var reached: [String] = []
    reached.reserveCapacity(aliases.count + 1)
    reached.append(question)
    var position = 0
    while position < reached.count {
      for alias in aliases where equalsIgnoringCase(answers[alias].name, reached[position]) {
        let target = answers[alias].data
        if !reached.contains(where: { equalsIgnoringCase($0, target) }) { reached.append(target) }
      }
      position += 1
    }
    return reached
  }

  private mutating func remember(_ address: IPAddress, as name: String) {
    names[address] = (name, nextStamp)
    order.append((address, nextStamp))
    nextStamp += 1
    while names.count > limit { forgetOldest() }
    if orderStart > 1_024, orderStart > order.count / 2 {
      order.removeFirst(orderStart)
      orderStart = 0
    }
    if order.count - orderStart > 4 * limit { compact() }
  }

  private mutating func forgetOldest() {
    guard orderStart < order.count else { return }
    let oldest = order[orderStart]
    orderStart += 1
    if names[oldest.address]?.stamp == oldest.stamp { names[oldest.address] = nil }
  }

  private mutating func compact() {
    order = order[orderStart...].filter { names[$0.address]?.stamp == $0.stamp }
    orderStart = 0
  }
}
