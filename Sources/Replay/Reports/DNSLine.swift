import Inspection

/// A DNS exchange for people.
///
///     #1   08:22:31.500  DNS                  12.0 ms  A example.com → 93.184.216.34
struct DNSLine {
  /// Records shown of one answer; the rest is counted.
  private static let answerLimit = 8

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
      what: opcode == "QUERY" ? "DNS" : DisplayText.safe(opcode), status: "", statusStyle: .plain, size: "",
      duration: exchange.response == nil ? "" : duration)
    line.add(questions)
    line.add("→")
    addAnswer(to: &line)
    if exchange.query == nil { line.add("(query not recorded)", .notable) }
  }

  private func addAnswer(to line: inout StyledLine) {
    guard let response = exchange.response else {
      line.add("no answer", .notable)
      return
    }
    if response.rcode != "NOERROR" { line.add(DisplayText.safe(response.rcode), .bad) }
    if response.flags.contains(.truncated) { line.add("truncated", .notable) }
    let records = response.answers.prefix(Self.answerLimit).map(text)
    for (index, record) in records.enumerated() {
      line.add(index + 1 < records.count ? record + "," : record)
    }
    if response.answers.count > records.count {
      line.add("and \(response.answers.count - records.count) more")
    }
    if records.isEmpty, response.rcode == "NOERROR" { line.add("no records", .notable) }
  }

  private var questions: String {
    let questions = exchange.query?.questions ?? exchange.response?.questions ?? []
    guard !questions.isEmpty else { return "no question" }
    return questions.prefix(Self.answerLimit).map { question in
      let className = question.class == "IN" ? "" : " \(DisplayText.safe(question.class))"
      return "\(DisplayText.safe(question.type))\(className) \(DisplayText.safe(question.name))"
    }.joined(separator: ", ")
  }

  /// The type goes without saying where it is the one asked for.
  private func text(_ record: DNSRecord) -> String {
    let asked = exchange.query?.questions.first ?? exchange.response?.questions.first
    let data = DisplayText.safe(record.data)
    return record.type == asked?.type ? data : "\(DisplayText.safe(record.type)) \(data)"
  }
}
