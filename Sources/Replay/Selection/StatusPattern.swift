/// What names outcomes, as `--status` takes it.
///
///     200   4xx   400-499   >=400   NXDOMAIN   error   none
///
/// Numbers are those of HTTP, SMTP and FTP; words are DNS response codes, names of gRPC statuses and what other protocols
/// answer, such as OK. Case does not count.
public struct StatusPattern: Hashable, Sendable, CustomStringConvertible {
  private enum Meaning: Hashable {
    case codes(ClosedRange<Int>)
    case name(String)
    case error
    case unanswered
  }

  public let description: String
  private let meaning: Meaning

  /// Nil where the text can be no status.
  public init?(_ text: String) {
    guard let meaning = Self.meaning(text.lowercased()) else { return nil }
    self.meaning = meaning
    description = text
  }

  func matches(_ status: ExchangeStatus) -> Bool {
    switch (meaning, status) {
    case (.codes(let range), .answered(let answer)): answer.code.map(range.contains) ?? false
    case (.name(let name), .answered(let answer)): answer.name?.lowercased() == name
    case (.error, .answered(let answer)): answer.isError
    case (.unanswered, .unanswered): true
    case (_, .unanswered), (_, .notAwaited), (.unanswered, .answered): false
    }
  }

  private static func meaning(_ text: String) -> Meaning? {
    switch text {
    case "": return nil
    case "error": return .error
    case "none": return .unanswered
    default: break
    }
    if let range = bound(text) ?? hundred(text) ?? range(text) { return .codes(range) }
    // What begins otherwise is a slip, not a word.
    let word = text.hasPrefix("+") || text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard let first = word.first, first.isLetter, text.utf8.allSatisfy({ $0 > 0x20 }) else { return nil }
    return .name(text)
  }

  /// `>=400`, `<300`.
  private static func bound(_ text: String) -> ClosedRange<Int>? {
    for sign in [">=", "<=", ">", "<"] where text.hasPrefix(sign) {
      guard let code = code(text.dropFirst(sign.count)) else { return nil }
      switch sign {
      case ">=": return code...largest
      case "<=": return 0...code
      case ">": return code + 1...largest + 1
      default: return code == 0 ? nil : 0...code - 1
      }
    }
    return nil
  }

  /// `4xx`.
  private static func hundred(_ text: String) -> ClosedRange<Int>? {
    guard text.count == 3, text.hasSuffix("xx"), let hundreds = code(text.prefix(1)) else { return nil }
    return hundreds * 100...hundreds * 100 + 99
  }

  /// `200`, `400-499`.
  private static func range(_ text: String) -> ClosedRange<Int>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let codes = parts.compactMap(code)
    guard codes.count == parts.count, codes.count <= 2, let first = codes.first, let last = codes.last,
      first <= last
    else { return nil }
    return first...last
  }

  private static let largest = 99_999

  private static func code(_ text: Substring) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
