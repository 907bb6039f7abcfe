import Inspection

/// A DNS exchange for people.
///
///     #1   08:22:31.500  DNS                  12.0 ms  A example.com → 93.184.216.34
///     #2   08:22:31.600  mDNS                          printer.local says A 192.0.2.7
struct DNSLine {
  /// Records shown of one answer; the rest is counted.
  private static let answerLimit = 8
  /// Characters shown of an answer: of a name of usual length all, of a signature or key enough to know it.
  private static let dataLimit = 96

  private let exchange: DNSExchange
  private let duration: String

  init(_ exchange: DNSExchange, duration: String) {
    self.exchange = exchange
    self.duration = duration
  }

  func add(to line: inout StyledLine) {
    let known = exchange.response ?? exchange.query
    let opcode = known?.opcode ?? "QUERY"
    line.addColumns(
      what: opcode == "QUERY" ? name : DisplayText.safe(opcode), status: "", statusStyle: .plain, size: "",
      duration: exchange.query == nil || exchange.response == nil ? "" : duration)
    for operation in known?.operations ?? [] { line.add(DisplayText.safe(operation.type)) }
    if isUnsolicited {
      addAnnouncement(to: &line)
      return
    }
    for question in questions { line.add(question) }
    addChanges(to: &line)
    if exchange.flavor == .mdns, exchange.response == nil { return addKnownAnswers(to: &line) }
    if opcode == "DSO", exchange.query?.id == 0 { return }
    line.add("→")
    addAnswer(to: &line)
    if exchange.query == nil { addWhyAlone(to: &line) }
  }

  private var name: String {
    switch exchange.flavor {
    case .mdns: "mDNS"
    case .llmnr: "LLMNR"
    case nil: "DNS"
    }
  }

  /// Multicast responses answer whoever listens.
  private var isUnsolicited: Bool {
    exchange.flavor == .mdns && exchange.query == nil && exchange.response?.questions.isEmpty == true
  }

  // MARK: Answers

  private func addAnswer(to line: inout StyledLine) {
    guard let response = exchange.response else {
      line.add("no answer", .notable)
      return
    }
    if response.rcode != "NOERROR" { line.add(DisplayText.safe(response.rcode), .bad) }
    if response.flags.contains(.truncated) { line.add("truncated", .notable) }
    add(response.answers, to: &line)
    if response.answers.isEmpty, response.rcode == "NOERROR", response.opcode == "QUERY" {
      line.add("no records", .notable)
    }
    for option in response.edns?.options ?? [] where option.name == "EDE" {
      line.add("(\(DisplayText.safe(option.text ?? "EDE")))", .dim)
    }
  }

  private func add(_ all: [DNSRecord], to line: inout StyledLine) {
    let records = all.prefix(Self.answerLimit).map(text)
    for (index, record) in records.enumerated() {
      line.add(index + 1 < records.count ? record + "," : record)
    }
    if all.count > records.count { line.add("and \(all.count - records.count) more") }
  }

  private func addWhyAlone(to line: inout StyledLine) {
    if exchange.follows == nil {
      line.add("(query not recorded)", .notable)
    } else {
      line.add("(to an earlier query)", .dim)
    }
  }

  // MARK: Multicast

  private func addAnnouncement(to line: inout StyledLine) {
    guard let response = exchange.response else { return }
    let records = (response.answers + response.additional).filter { $0.type != "NSEC" }
    let shown = records.prefix(Self.answerLimit)
    for (index, record) in shown.enumerated() {
      let isGone = record.timeToLive == 0
      let text = DisplayText.safe(record.name) + " " + DisplayText.safe(record.type)
      line.add(text + (isGone ? " is gone" : " \(DisplayText.safe(record.data))"), isGone ? .notable : .plain)
      if index + 1 < shown.count { line.add("·", .dim) }
    }
    if records.count > shown.count { line.add("and \(records.count - shown.count) more") }
    if records.isEmpty { line.add("no records", .notable) }
  }

  private func addKnownAnswers(to line: inout StyledLine) {
    guard let query = exchange.query else { return }
    line.add(query.authority.isEmpty ? "?" : "? claims the name")
    if !query.answers.isEmpty { line.add("(knows \(query.answers.count))", .dim) }
  }

  // MARK: Questions

  private var questions: [String] {
    let questions = exchange.query?.questions ?? exchange.response?.questions ?? []
    guard !questions.isEmpty else {
      let opcode = (exchange.query ?? exchange.response)?.opcode
      return opcode == "DSO" || exchange.follows != nil ? [] : ["no question"]
    }
    let shown = questions.prefix(Self.answerLimit)
    let rest = questions.count - shown.count
    return shown.enumerated().map { index, question in
      let className = question.class == "IN" ? "" : " \(DisplayText.safe(question.class))"
      let text = "\(DisplayText.safe(question.type))\(className) \(DisplayText.safe(question.name))"
      return index + 1 < shown.count ? text + "," : text
    } + (rest > 0 ? ["and \(rest) more"] : [])
  }

  /// What an update changes (RFC 2136 §2.5): it adds a record, deletes one, or all of a name or type.
  private func addChanges(to line: inout StyledLine) {
    guard let query = exchange.query, query.opcode == "UPDATE" else { return }
    if !query.answers.isEmpty {
      line.add(
        "if \(query.answers.count == 1 ? "1 condition holds" : "\(query.answers.count) conditions hold")",
        .dim)
    }
    for change in query.authority.prefix(Self.answerLimit) {
      let verb = change.class == "ANY" || change.class == "NONE" ? "delete" : "add"
      let data = change.data.isEmpty ? "" : " \(DisplayText.safe(change.data))"
      line.add(
        "\(verb) \(DisplayText.safe(change.name)) \(DisplayText.safe(change.type))\(data)", separator: "  ")
    }
    let rest = query.authority.count - Self.answerLimit
    if rest > 0 { line.add("and \(rest) more") }
  }

  /// The type goes without saying where it is the one asked for.
  private func text(_ record: DNSRecord) -> String {
    let asked = exchange.query?.questions.first ?? exchange.response?.questions.first
    let data = DisplayText.safe(record.data, limit: Self.dataLimit)
    return record.type == asked?.type ? data : "\(DisplayText.safe(record.type)) \(data)"
  }
}
