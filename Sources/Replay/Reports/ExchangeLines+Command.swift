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
      line.add(words: Self.short(SecretArguments.text(of: command, in: exchange.dialect)), separator: " ")
      if let sent = command.payload {
        line.add("sent \(HumaneUnits.size(sent.byteCount))", .dim, separator: "  ")
      }
    } else {
      line.add(isGreeting(exchange) ? "greeting" : "unasked", .dim)
    }
    for text in exchange.interim.compactMap({ Self.text(of: $0, in: exchange.dialect) }) {
      line.add(words: text, .dim, separator: "  ")
    }
    addReply(exchange, to: &line)
  }

  private func addReply(_ exchange: CommandExchange, to line: inout StyledLine) {
    guard let reply = exchange.reply else {
      if Self.wantsReply(exchange) { line.add("no reply", .notable, separator: "  ") }
      return
    }
    let text = Self.text(of: reply, in: exchange.dialect)
    line.add(words: Self.short(text), reply.isError ? .bad : .dim, separator: "  ")
    if let count = reply.itemCount, count >= Self.fewestItems(exchange.dialect) {
      let unit = Self.unit(exchange.dialect)
      line.add("\(HumaneUnits.count(count)) \(unit)\(count == 1 ? "" : "s")", .dim, separator: "  ")
    }
    if let endpoint = exchange.dataEndpoint { line.add("data at \(endpoint)", .dim, separator: "  ") }
  }

  /// Whether what was said unasked is how a server of this protocol begins.
  private func isGreeting(_ command: CommandExchange) -> Bool {
    guard let status = command.reply?.status else { return false }
    switch command.dialect {
    case .smtp, .ftp: return status == Array("220".utf8)
    case .imap: return status == Array("OK".utf8) || status == Array("PREAUTH".utf8)
    case .pop3: return status == Array("+OK".utf8)
    case .redis, .postgresql, .socks, .proxy: return false
    }
  }

  /// Some commands end a session, or stand alone.
  private static func wantsReply(_ exchange: CommandExchange) -> Bool {
    let verb = exchange.command.map { String(decoding: $0.verb, as: UTF8.self) }
    return exchange.dialect != .proxy && verb != "Terminate" && verb != "CancelRequest"
  }

  /// What the server said before its final reply; nil where that says nothing, or is counted.
  private static func text(
    of interim: CommandExchange.Interim, in dialect: CommandExchange.Dialect
  ) -> String? {
    guard interim.sender == .server, interim.status != Array("*".utf8) else { return nil }
    let status = DisplayText.safe(bytes: interim.status)
    guard dialect == .postgresql else { return "after \(status)" }
    let text = DisplayText.safe(bytes: interim.text)
    guard status == "Authentication" else { return "\(status): \(text)" }
    return text == "continues" || text == "SASL final" ? nil : "after \(text)"
  }

  /// The first line of the reply's text, behind its code.
  private static func text(of reply: CommandExchange.Reply, in dialect: CommandExchange.Dialect) -> String {
    let line = reply.text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let isTag = dialect == .postgresql && !reply.isError
    // What a server tells of itself is long, and the same each time.
    let code = reply.code.map { $0.starts(with: Array("CAPABILITY".utf8)) ? [] : $0 } ?? []
    let rest = reply.status == Array("AuthenticationOk".utf8) ? [] : Array(line)
    let parts = [isTag ? reply.status : code, rest].filter { !$0.isEmpty }
    return parts.map { DisplayText.safe(bytes: $0) }.joined(separator: " ")
  }

  /// A value may be anything, and much of it.
  private static func short(_ text: String) -> String {
    text.unicodeScalars.count <= 200
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(200))) + "…"
  }

  private static func name(_ dialect: CommandExchange.Dialect) -> String {
    dialect == .postgresql ? "PGSQL" : dialect.rawValue.uppercased()
  }

  /// What fits in a narrow column; the words of Redis and PostgreSQL do not.
  private static func status(_ exchange: CommandExchange) -> String {
    guard let reply = exchange.reply else { return wantsReply(exchange) ? "-" : "" }
    switch exchange.dialect {
    case .smtp, .ftp, .imap, .pop3: return DisplayText.safe(bytes: reply.status)
    case .redis, .postgresql, .socks, .proxy:
      return reply.isError ? "ERR" : exchange.command == nil ? "" : "ok"
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
