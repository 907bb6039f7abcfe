import Inspection

/// Hides from people who look over a shoulder what only the server should read: passwords in commands.
///
/// Machine-readable reports have them as sent, since what was sent is what a recording is about.
enum SecretArguments {
  private static let mask = "•••"

  /// How many of a command's words may be shown; nil for all of them.
  static func shownWordCount(of command: CommandExchange.Command, in dialect: CommandExchange.Dialect) -> Int?
  {
    let words = words(command.arguments).map { String(decoding: $0, as: UTF8.self).uppercased() }
    switch (dialect, String(decoding: command.verb, as: UTF8.self).uppercased()) {
    case (.ftp, "PASS"), (.ftp, "ACCT"), (.ftp, "ADAT"), (.pop3, "PASS"): return 0
    case (.smtp, "AUTH"), (.pop3, "AUTH"), (.imap, "AUTHENTICATE"), (.pop3, "APOP"), (.imap, "LOGIN"):
      return 1
    case (.redis, "AUTH"): return words.count - 1
    case (.redis, "CONFIG SET"), (.redis, "CONFIG"):
      return words.firstIndex { $0 == "REQUIREPASS" || $0 == "MASTERAUTH" }.map { $0 + 1 }
    case (.redis, "ACL SETUSER"): return 1
    case (.redis, "ACL"): return words.first == "SETUSER" ? 2 : nil
    case (.redis, "HELLO"): return words.firstIndex(of: "AUTH").map { $0 + 2 }
    case (.redis, "MIGRATE"): return words.firstIndex { $0 == "AUTH" || $0 == "AUTH2" }.map { $0 + 1 }
    case (.smtp, _), (.imap, _), (.pop3, _), (.ftp, _), (.redis, _), (.postgresql, _), (.socks, _),
      (.proxy, _):
      return nil
    }
  }

  /// The arguments as people may see them, safe to print.
  static func text(of command: CommandExchange.Command, in dialect: CommandExchange.Dialect) -> String {
    guard let count = shownWordCount(of: command, in: dialect) else {
      return DisplayText.safe(bytes: command.arguments)
    }
    let words = words(command.arguments)
    let shown = words.prefix(max(0, count)).map { DisplayText.safe(bytes: Array($0)) }
    return (words.count > shown.count ? shown + [mask] : shown).joined(separator: " ")
  }

  /// The parts between spaces; a quoted one holds on to its spaces.
  private static func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var start = 0
    var isQuoted = false
    for (index, byte) in text.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: " "), !isQuoted {
        if index > start { words.append(text[start..<index]) }
        start = index + 1
      }
    }
    if start < text.count { words.append(text[start...]) }
    return words
  }
}
