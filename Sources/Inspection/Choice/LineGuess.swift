import SessionEvents

/// Guesses at the protocols that consist of lines, by the words of the first line.
///
/// A first line that fits none may be the rest of something that began before the capture did: then later lines are
/// looked at as well, and what they say counts as weak.
struct LineGuess {
  /// How much of a line is looked at.
  private static let lineByteCount = 256

  /// What the lines so far speak for.
  private(set) var weak: ProtocolSet = []
  /// What a first line makes nearly sure of.
  private(set) var strong: GuessedProtocol?
  /// Whether there is no telling of lines: the bytes are no text.
  private(set) var isOut = false
  /// Whether the first line fits nothing.
  private(set) var isInMidst = false
  /// Whether nothing more can be learned.
  var isSettled: Bool { strong != nil }
  private let direction: Direction
  /// Whether the other side had said nothing before.
  var isFirstToSpeak = false
  private var line: [UInt8] = []
  private var lineCount = 0

  init(_ direction: Direction) {
    self.direction = direction
  }

  /// Takes a byte; true where something new is known.
  mutating func receive(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\n") { return endLine() }
    if lineCount == 0 || isInMidst, byte < 0x20, byte != UInt8(ascii: "\r"), byte != UInt8(ascii: "\t") {
      isOut = true
      return true
    }
    if line.isEmpty { line.reserveCapacity(64) }
    if line.count < LineGuess.lineByteCount { line.append(byte) }
    return false
  }

  private mutating func endLine() -> Bool {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    // Empty lines before the first say nothing.
    guard !line.isEmpty else { return false }
    let known =
      direction == .clientToServer
      ? LineWords.ofClient(line) : LineWords.ofServer(line, isFirstToSpeak && lineCount == 0)
    lineCount += 1
    line.removeAll(keepingCapacity: true)
    if lineCount == 1 {
      weak = known.protocols
      strong = known.strong
      isInMidst = weak.isEmpty
      return true
    }
    // What a later line says may narrow the choice, or begin it, never widen it.
    let before = weak
    if isInMidst, known.strong != nil { weak = known.protocols }
    let common = weak.intersection(known.protocols)
    if !common.isEmpty { weak = common }
    if !isInMidst, let found = known.strong, weak.contains(ProtocolSet(found)) { strong = found }
    return weak != before || strong != nil
  }
}

/// What one line says about the protocol.
struct LineWords {
  /// Those that it may be one of.
  var protocols: ProtocolSet
  /// The one of them that it makes nearly sure of.
  var strong: GuessedProtocol?

  // MARK: The client

  static func ofClient(_ line: [UInt8]) -> LineWords {
    guard let first = line.first else { return LineWords(protocols: []) }
    if first == UInt8(ascii: "*") || first == UInt8(ascii: "$") {
      let isNumber = line.count > 1 && line.count < 12 && line.dropFirst().allSatisfy(isDigit)
      return LineWords(
        protocols: isNumber ? .redis : [], strong: isNumber && first == UInt8(ascii: "$") ? .redis : nil)
    }
    if line.starts(with: Array("PROXY ".utf8)) {
      let isKnown = ["TCP4 ", "TCP6 ", "UNKNOWN"].contains { line.dropFirst(6).starts(with: Array($0.utf8)) }
      return LineWords(protocols: isKnown ? .proxy : [], strong: isKnown ? .proxy : nil)
    }
    let words = line.drop { $0 >= 0xf0 }.split(separator: UInt8(ascii: " "), maxSplits: 3)
    guard let verb = words.first else { return LineWords(protocols: []) }
    var known = CommandVocabulary.protocols(knowing: verb)
    // MODE READER is a command of NNTP (RFC 3977 §5.3).
    if known == .ftp, equalsIgnoringCase(verb, Array("mode".utf8)), words.last?.count != 1 { known = [] }
    if known.isEmpty, isTag(verb), words.count > 1, CommandVocabulary.isIMAP(words[1]) { known = .imap }
    return LineWords(protocols: known, strong: known == .redis ? nil : known.only)
  }

  /// RFC 9051 §9.
  private static func isTag(_ word: ArraySlice<UInt8>) -> Bool {
    word.count <= 20 && word.allSatisfy { $0 > 0x20 && $0 < 0x7f && !Array("(){%*\"\\+".utf8).contains($0) }
  }

  // MARK: The server

  static func ofServer(_ line: [UInt8], _ isGreeting: Bool) -> LineWords {
    guard let first = line.first else { return LineWords(protocols: []) }
    if let code = ReplyLines.code(of: line) { return ofCode(code, line, isGreeting) }
    if line.starts(with: Array("+OK".utf8)) || line.starts(with: Array("-ERR".utf8)) {
      // No server of Redis speaks first.
      return LineWords(protocols: isGreeting ? .pop3 : [.pop3, .redis], strong: isGreeting ? .pop3 : nil)
    }
    if line.starts(with: Array("* ".utf8)) {
      let word = line.dropFirst(2).prefix { $0 != UInt8(ascii: " ") }
      let isStatus = ["OK", "PREAUTH", "BYE"].contains(String(decoding: word, as: UTF8.self).uppercased())
      return LineWords(protocols: .imap, strong: isStatus && isGreeting ? .imap : nil)
    }
    if isGreeting { return LineWords(protocols: []) }
    if isRESP(first, line.dropFirst()) { return LineWords(protocols: .redis) }
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
    let isTagged = words.count > 1 && ["OK", "NO", "BAD"].contains(String(decoding: words[1], as: UTF8.self))
    return LineWords(protocols: isTagged && isTag(words[0]) ? .imap : [])
  }

  /// The first line of a value of Redis.
  private static func isRESP(_ type: UInt8, _ rest: ArraySlice<UInt8>) -> Bool {
    switch type {
    case UInt8(ascii: "$"), UInt8(ascii: "*"), UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "~"),
      UInt8(ascii: ">"):
      let digits = rest.first == UInt8(ascii: "-") ? rest.dropFirst() : rest
      return !digits.isEmpty && digits.count < 20 && digits.allSatisfy(isDigit)
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      return rest.first.map(CommandVocabulary.isLetter) ?? false
    case UInt8(ascii: "_"): return rest.isEmpty
    default: return false
    }
  }

  /// Replies of SMTP and FTP look alike; their greetings mostly say what they are.
  private static func ofCode(_ code: ArraySlice<UInt8>, _ line: [UInt8], _ isGreeting: Bool) -> LineWords {
    let number = code.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    if isGreeting {
      guard [120, 220, 421, 521, 530, 554].contains(number) else { return LineWords(protocols: []) }
      let text = String(decoding: line.dropFirst(4), as: UTF8.self).uppercased()
      let isMail = ["SMTP", "LMTP", "MAIL", "POSTFIX", "EXIM"].contains(where: text.contains)
      let isFiles = ["FTP", "FILE"].contains(where: text.contains)
      let isTold = isMail != isFiles && number == 220
      return LineWords(protocols: [.smtp, .ftp], strong: isTold ? (isMail ? .smtp : .ftp) : nil)
    }
    switch number {
    case 235, 251, 252, 334, 354, 450, 451, 452, 454, 455, 535, 538: return LineWords(protocols: .smtp)
    case 211, 214, 220, 221, 250, 421, 500...504, 530, 550...554: return LineWords(protocols: [.smtp, .ftp])
    default: return LineWords(protocols: .ftp)
    }
  }
}
