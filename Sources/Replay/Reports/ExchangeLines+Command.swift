import Inspection
import SessionEvents

extension ExchangeLines {
  func addCommand(_ exchange: CommandExchange, to line: inout StyledLine) {
    let reply = exchange.reply
    line.addColumns(
      what: Self.name(exchange.dialect), status: Self.status(exchange),
      statusStyle: Self.style(reply), size: reply?.payload.map { HumaneUnits.size($0.byteCount) } ?? "",
      duration: reply == nil || exchange.command == nil ? "" : duration)
    if let command = exchange.command {
      line.add(DisplayText.safe(bytes: command.verb))
      line.add(words: SecretArguments.text(of: command, in: exchange.dialect), separator: " ")
      if let sent = command.payload {
        line.add("sent \(HumaneUnits.size(sent.byteCount))", .dim, separator: "  ")
      }
    } else {
      line.add(isGreeting(exchange) ? "greeting" : "unasked", .dim)
    }
    for interim in exchange.interim where interim.sender == .server {
      line.add("after \(DisplayText.safe(bytes: interim.status))", .dim, separator: "  ")
    }
    addReply(exchange, to: &line)
  }

  private func addReply(_ exchange: CommandExchange, to line: inout StyledLine) {
    guard let reply = exchange.reply else {
      if exchange.dialect != .proxy { line.add("no reply", .notable, separator: "  ") }
      return
    }
    let code = reply.code.map { DisplayText.safe(bytes: $0) + " " } ?? ""
    line.add(words: code + DisplayText.safe(bytes: reply.text), reply.isError ? .bad : .dim, separator: "  ")
    if let count = reply.itemCount, count >= Self.fewestItems(exchange.dialect) {
      let unit = Self.unit(exchange.dialect)
      line.add("\(HumaneUnits.count(count)) \(unit)\(count == 1 ? "" : "s")", .dim, separator: "  ")
    }
    if let endpoint = exchange.dataEndpoint { line.add("data at \(endpoint)", .dim, separator: "  ") }
  }

  private func isGreeting(_ command: CommandExchange) -> Bool {
    switch command.dialect {
    case .smtp, .imap, .pop3, .ftp: exchange.index == 0
    case .redis, .postgresql, .socks, .proxy: false
    }
  }

  private static func name(_ dialect: CommandExchange.Dialect) -> String {
    dialect == .postgresql ? "PGSQL" : dialect.rawValue.uppercased()
  }

  /// What fits in a narrow column; the words of Redis and PostgreSQL do not.
  private static func status(_ exchange: CommandExchange) -> String {
    guard let reply = exchange.reply else { return exchange.dialect == .proxy ? "" : "-" }
    switch exchange.dialect {
    case .smtp, .ftp, .imap, .pop3: return DisplayText.safe(bytes: reply.status)
    case .redis, .postgresql, .socks, .proxy: return reply.isError ? "ERR" : "ok"
    }
  }

  /// That a reply has a line goes without saying.
  private static func fewestItems(_ dialect: CommandExchange.Dialect) -> UInt64 {
    switch dialect {
    case .smtp, .pop3, .ftp: 2
    case .imap: 1
    case .redis, .postgresql, .socks, .proxy: 0
    }
  }

  private static func unit(_ dialect: CommandExchange.Dialect) -> String {
    switch dialect {
    case .smtp, .imap, .pop3, .ftp, .socks, .proxy: "line"
    case .redis: "element"
    case .postgresql: "row"
    }
  }

  private static func style(_ reply: CommandExchange.Reply?) -> StyledLine.Style {
    guard let reply else { return .notable }
    return reply.isError ? .bad : .good
  }
}

extension StyledLine {
  /// Adds text that may be wrapped between its words.
  fileprivate mutating func add(words text: String, _ style: Style = .plain, separator: String) {
    for (index, word) in text.split(separator: " ").enumerated() {
      add(String(word), style, separator: index == 0 ? separator : " ")
    }
  }
}
