/// The regular expressions of rules, made ready to match.
struct CanonPatterns {
  /// What stands in place of what a mask matched.
  static let masked = "‹…›"

  private var patterns: [Int: Regex<AnyRegexOutput>] = [:]

  init(_ rules: [CanonRule]) {
    for (index, rule) in rules.enumerated() {
      switch rule.matcher {
      case .regex(let text), .mask(let text): patterns[index] = try? Regex(text)
      case .present, .ignored, .exact, .type, .near, .within: break
      }
    }
  }

  func matches(_ rule: Int, _ text: String) -> Bool {
    patterns[rule].map { text.wholeMatch(of: $0) != nil } ?? false
  }

  /// The text without what the rule's pattern matches; nil where it matches nothing.
  func masked(_ rule: Int, _ text: String) -> String? {
    guard let pattern = patterns[rule] else { return nil }
    var result = ""
    var place = text.startIndex
    var hasMatched = false
    for match in text.matches(of: pattern) {
      let group = match.output.dropFirst().compactMap(\.range).first ?? match.range
      guard group.lowerBound >= place else { continue }
      hasMatched = true
      result += text[place..<group.lowerBound] + Self.masked
      place = group.upperBound
    }
    return hasMatched ? result + text[place...] : nil
  }
}

/// Regular expressions of rules, for whoever reads them from a file.
public enum CanonExpression {
  /// What is wrong with one; nil where nothing is.
  public static func complaint(about text: String) -> String? {
    do {
      _ = try Regex(text)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
