import SessionEvents

/// The first line of a message (RFC 9112 §3, §4).
enum HTTP1StartLine {
  case request(method: [UInt8], target: [UInt8], version: String)
  case status(version: String, code: Int, reason: [UInt8])

  var version: String {
    switch self {
    case .request(_, _, let version), .status(let version, _, _): version
    }
  }

  private static let versionPrefix = Array("HTTP/".utf8)

  /// Reads a line without its line end; nil where it is no start line.
  ///
  /// `note` gets what is wrong with one that is: the problem, where in the line, and the detail.
  static func parse(
    _ line: ArraySlice<UInt8>, sentBy party: Party, note: (HTTP1Problem, Int, String) -> Void
  ) -> HTTP1StartLine? {
    switch party {
    case .client: parseRequest(line, note: note)
    case .server: parseStatus(line, note: note)
    }
  }

  // MARK: Requests

  private static func parseRequest(
    _ line: ArraySlice<UInt8>, note: (HTTP1Problem, Int, String) -> Void
  ) -> HTTP1StartLine? {
    let text = line.trimmingWhitespace
    guard text.startIndex == line.startIndex, let space = text.firstIndex(where: isWhitespace) else {
      return nil
    }
    let method = text[..<space]
    guard method.allSatisfy(isTokenByte) else { return nil }
    let rest = text[space...].trimmingWhitespace
    let (target, version) = split(rest, note: note)
    guard version != nil || isBelievableWithoutVersion(method, target) else { return nil }
    if version == nil { note(.versionMissing, rest.endIndex, "the request line ends without a version") }
    if text.endIndex != line.endIndex || rest.startIndex != space + 1 || line[space] != UInt8(ascii: " ") {
      note(.startLineWhitespace, space, "one space must stand between the parts of a request line")
    }
    if let bad = target.firstIndex(where: { $0 <= 0x20 || $0 >= 0x7f }) {
      note(.targetInvalid, bad, "the target \(excerpt(target)) holds a byte that no URI may hold")
    } else if target.isEmpty {
      note(.targetInvalid, target.startIndex, "the request line has no target")
    }
    return .request(method: Array(method), target: Array(target), version: version ?? "0.9")
  }

  /// Parts what follows the method into target and version; the version is nil where there is none.
  private static func split(
    _ rest: ArraySlice<UInt8>, note: (HTTP1Problem, Int, String) -> Void
  ) -> (target: ArraySlice<UInt8>, version: String?) {
    let lastSpace = rest.lastIndex(where: isWhitespace)
    let tail = rest[(lastSpace.map { $0 + 1 } ?? rest.startIndex)...]
    guard tail.count >= 5, equalsIgnoringCase(tail.prefix(5), versionPrefix) else {
      // The version may be cut.
      let isCutVersion = lastSpace != nil && equalsIgnoringCase(tail, versionPrefix.prefix(tail.count))
      return (isCutVersion ? rest.dropLast(tail.count).trimmingWhitespace : rest, nil)
    }
    let target = lastSpace.map { rest[..<$0] } ?? rest[..<rest.startIndex]
    let trimmed = target.trimmingWhitespace
    if trimmed.endIndex != target.endIndex {
      note(.startLineWhitespace, trimmed.endIndex, "one space must stand between the parts of a request line")
    }
    return (trimmed, version(tail, note: note))
  }

  private static func isBelievableWithoutVersion(_ method: ArraySlice<UInt8>, _ target: ArraySlice<UInt8>)
    -> Bool
  {
    target.first == UInt8(ascii: "/") && !target.contains(where: isWhitespace)
      && knownHTTPMethods.contains(Array(method))
  }

  // MARK: Responses

  private static func parseStatus(
    _ line: ArraySlice<UInt8>, note: (HTTP1Problem, Int, String) -> Void
  ) -> HTTP1StartLine? {
    guard let space = line.firstIndex(where: isWhitespace),
      equalsIgnoringCase(line.prefix(5), versionPrefix) || line[..<space].elementsEqual("ICY".utf8)
    else { return nil }
    let rest = line[space...].trimmingWhitespace
    let digits = rest.prefix(3)
    guard digits.count == 3, digits.allSatisfy(isDigit) else { return nil }
    let after = rest[digits.endIndex...]
    guard after.first.map(isWhitespace) ?? true else { return nil }
    let version = version(line[..<space], note: note)
    if rest.startIndex != space + 1 || line[space] != UInt8(ascii: " ") {
      note(.startLineWhitespace, space, "one space must stand between version and status")
    }
    let code = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    if code < 100 { note(.statusInvalid, digits.startIndex, "status \(excerpt(digits)) is below 100") }
    if let bad = after.firstIndex(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }) {
      let problem: HTTP1Problem = after[bad] == UInt8(ascii: "\r") ? .bareCR : .reasonInvalid
      note(problem, bad, "control character \(after[bad]) in the reason phrase")
    }
    return .status(version: version, code: code, reason: Array(after.trimmingWhitespace))
  }

  /// What stands behind `HTTP/`; a stream of SHOUTcast calls itself `ICY`.
  private static func version(
    _ text: ArraySlice<UInt8>, note: (HTTP1Problem, Int, String) -> Void
  ) -> String {
    let number = text.starts(with: Array("ICY".utf8)) ? text : text.dropFirst(5)
    let isProper =
      text.starts(with: versionPrefix) && number.count == 3 && number.first == UInt8(ascii: "1")
      && number.dropFirst().first == UInt8(ascii: ".") && number.last.map(isDigit) == true
    if !isProper { note(.versionInvalid, text.startIndex, "\(excerpt(text)) is no version of HTTP/1") }
    return String(decoding: number.prefix(16), as: UTF8.self)
  }
}

// MARK: Finding a start line

extension HTTP1StartLine {
  /// Where in a line a message plausibly begins: at its start, or behind the rest of a body; nil where none does.
  static func locate(in line: ArraySlice<UInt8>, sentBy party: Party) -> Int? {
    var text = line
    while let last = text.last, isWhitespace(last) || last == UInt8(ascii: "\r") { text = text.dropLast() }
    return switch party {
    case .client: locateRequest(in: text)
    case .server: locateStatus(in: text)
    }
  }

  /// A line that ends in ` HTTP/1.x`: from its start if that is a method and a target, else from its last known method.
  private static func locateRequest(in text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= 10, isVersion(text.suffix(8)), text[text.endIndex - 9] == UInt8(ascii: " ") else {
      return nil
    }
    let head = text.dropLast(9)
    guard let targetSpace = head.lastIndex(of: UInt8(ascii: " ")), targetSpace + 1 < head.endIndex else {
      return nil
    }
    let before = head[..<targetSpace]
    if !before.isEmpty, before.count <= 32, before.allSatisfy(isTokenByte) { return before.startIndex }
    for length in 3...9 where before.count > length {
      let method = before.suffix(length)
      if knownHTTPMethods.contains(Array(method)), !isTokenByte(before[method.startIndex - 1]) {
        return method.startIndex
      }
    }
    return nil
  }

  /// The first `HTTP/1.x NNN` that ends or is followed by a space.
  private static func locateStatus(in text: ArraySlice<UInt8>) -> Int? {
    var position = text.startIndex
    while position + 12 <= text.endIndex {
      if text[position] == UInt8(ascii: "H"), isVersion(text[position..<position + 8]),
        text[position + 8] == UInt8(ascii: " "), text[position + 9..<position + 12].allSatisfy(isDigit),
        position + 12 == text.endIndex || text[position + 12] == UInt8(ascii: " ")
      {
        return position
      }
      position += 1
    }
    return nil
  }

  private static func isVersion(_ text: ArraySlice<UInt8>) -> Bool {
    text.count == 8 && text.starts(with: versionPrefix) && text[text.startIndex + 5] == UInt8(ascii: "1")
      && text[text.startIndex + 6] == UInt8(ascii: ".") && isDigit(text[text.startIndex + 7])
  }
}
