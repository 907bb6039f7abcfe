import SessionEvents

/// Joins the lines of a reply that begins with a code of three digits (RFC 5321 §4.2, RFC 959 §4.2).
struct ReplyLines {
  /// A whole reply.
  struct Reply {
    var code: ArraySlice<UInt8>
    /// The text of its lines, joined by line feeds, at most as many bytes as the limits allow.
    var text: [UInt8]
    var lineCount: UInt64
    var byteCount: UInt64
    var start: Sighting
    var end: Sighting
    var offset: UInt64

    var number: Int { code.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    /// Whether the command has failed, for now or for good.
    var isError: Bool { code.first.map { $0 >= UInt8(ascii: "4") } ?? false }
  }

  enum Next {
    /// The reply goes on in the next line.
    case more
    case reply(Reply)
    /// The line is none of a reply.
    case invalid
  }

  /// Whether each line has the code (RFC 5321), rather than the first and last alone (RFC 959).
  private let hasCodeInEachLine: Bool
  private let limit: Int
  private var reply: Reply?

  init(hasCodeInEachLine: Bool, limit: Int) {
    self.hasCodeInEachLine = hasCodeInEachLine
    self.limit = limit
  }

  /// Forgets a reply that has begun.
  mutating func reset() {
    reply = nil
  }

  mutating func receive(_ line: CommandLine) -> Next {
    let code = Self.code(of: line.text)
    let separator = line.text.dropFirst(3).first
    let isLast = code != nil && separator != UInt8(ascii: "-")
    if var reply {
      let isOfReply = code == reply.code
      guard isOfReply || !hasCodeInEachLine else {
        self.reply = nil
        return isLast || code != nil ? receive(line) : .invalid
      }
      add(isOfReply ? line.text.dropFirst(4) : line.text[...], line, to: &reply)
      self.reply = isOfReply && isLast ? nil : reply
      return isOfReply && isLast ? .reply(reply) : .more
    }
    guard let code else { return .invalid }
    var reply = Reply(
      code: code, text: [], lineCount: 0, byteCount: 0, start: line.start, end: line.end, offset: line.offset)
    add(line.text.dropFirst(4), line, to: &reply)
    if isLast { return .reply(reply) }
    self.reply = reply
    return .more
  }

  private func add(_ text: ArraySlice<UInt8>, _ line: CommandLine, to reply: inout Reply) {
    if reply.lineCount > 0, reply.text.count < limit { reply.text.append(UInt8(ascii: "\n")) }
    reply.text += text.prefix(max(0, limit - reply.text.count))
    reply.lineCount += 1
    reply.byteCount += UInt64(line.byteCount)
    reply.end = line.end
  }

  /// The three digits, of which the first says whether it went well, where nothing but a separator follows them.
  static func code(of text: [UInt8]) -> ArraySlice<UInt8>? {
    guard text.count >= 3, (0x31...0x36).contains(text[0]), isDigit(text[1]), isDigit(text[2]) else {
      return nil
    }
    if text.count > 3, text[3] != UInt8(ascii: " "), text[3] != UInt8(ascii: "-") { return nil }
    return text[0..<3]
  }
}

extension CommandExchange.Reply {
  /// A reply of coded lines; `pending` is the command that it answers.
  init(_ reply: ReplyLines.Reply, to pending: PendingCommand?, code: [UInt8]? = nil, text: [UInt8]? = nil) {
    self.init(
      status: Array(reply.code), isError: reply.isError, code: code, text: text ?? reply.text,
      itemCount: reply.lineCount > 1 ? reply.lineCount : nil,
      byteCount: reply.byteCount + (pending?.replyByteCount ?? 0))
  }
}

extension CommandLine {
  /// The first word and what follows it.
  var words: (first: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let trimmed = text[...].trimmingWhitespace
    let end = trimmed.firstIndex(where: isWhitespace) ?? trimmed.endIndex
    return (trimmed[..<end], trimmed[end...].trimmingWhitespace)
  }
}
