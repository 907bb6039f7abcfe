import SessionEvents

// What the words of SMTP say.
extension SMTPDialect {
  func fits(_ line: CommandLine, from direction: Direction) -> Bool {
    switch direction {
    case .clientToServer: CommandVocabulary.protocols(knowing: line.words.first).contains(.smtp)
    case .serverToClient: ReplyLines.code(of: line.text) != nil
    }
  }

  /// Parts the enhanced status code (RFC 3463 §2) from the text that follows it.
  static func enhanced(_ reply: ReplyLines.Reply) -> (code: [UInt8]?, text: [UInt8]) {
    let word = reply.text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
    let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 1, parts[0].first == reply.code.first,
      parts.allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(isDigit) })
    else { return (nil, reply.text) }
    return (Array(word), Array(reply.text[word.endIndex...].trimmingWhitespace))
  }
}

/// What can be wrong in SMTP.
enum SMTPProblem: String, FindingCode {
  case dataEndAmbiguous = "smtp.data-end-ambiguous"
}
