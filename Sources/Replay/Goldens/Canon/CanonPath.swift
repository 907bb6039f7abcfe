/// Which fields of an exchange's JSON a rule is about.
///
///     duration    response.headers[date]    request.headers[x-*-id]    response.answers.ttl    response.**
///
/// Names are separated by dots. Brackets hold an element of an array: its number from 0, its name (of a header field,
/// a form's part, a DNS record), or `*` for all; without brackets a name reaches through all elements. `*` in a name
/// stands for any text, alone for any one name, `**` for any number of names. Case does not count.
public struct CanonPath: Hashable, Sendable, CustomStringConvertible {
  public let description: String
  let segments: [Segment]

  enum Segment: Hashable, Sendable {
    /// In lower case.
    case name(String)
    /// In lower case, with a star in it.
    case pattern(String)
    case any
    case deep
  }

  /// Nil for what is no path.
  public init?(_ text: String) {
    description = text
    var segments: [Segment] = []
    var rest = text.lowercased()[...]
    while !rest.isEmpty {
      if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        guard let segment = Self.segment(rest[rest.index(after: rest.startIndex)..<end]) else { return nil }
        segments.append(segment)
        rest = rest[rest.index(after: end)...]
        if rest.first == "." {
          rest = rest.dropFirst()
          guard let next = rest.first, next != "." else { return nil }
        } else if !rest.isEmpty, rest.first != "[" {
          return nil
        }
        continue
      }
      let end = rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
      guard let segment = Self.segment(rest[..<end]) else { return nil }
      segments.append(segment)
      rest = rest[end...]
      if rest.first == "." {
        rest = rest.dropFirst()
        guard let next = rest.first, next != "[" else { return nil }
      }
    }
    guard !segments.isEmpty else { return nil }
    self.segments = segments
  }

  private static func segment(_ text: Substring) -> Segment? {
    switch text {
    case "": nil
    case "*": .any
    case "**": .deep
    default: text.contains("*") ? .pattern(String(text)) : .name(String(text))
    }
  }
}

/// Text in which a star stands for any text.
enum StarPattern {
  /// Goes back to the last star where the rest does not fit, which is enough: an earlier star could do no more.
  static func matches(_ text: some StringProtocol, _ pattern: some StringProtocol) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    var place = 0
    var patternPlace = 0
    var retry: (text: Int, pattern: Int)?
    while true {
      if patternPlace < pattern.count, pattern[patternPlace] == UInt8(ascii: "*") {
        patternPlace += 1
        retry = (place, patternPlace)
      } else if place < text.count, patternPlace < pattern.count, text[place] == pattern[patternPlace] {
        place += 1
        patternPlace += 1
      } else if place == text.count, patternPlace == pattern.count {
        return true
      } else {
        guard let last = retry, last.text < text.count else { return false }
        retry = (last.text + 1, last.pattern)
        place = last.text + 1
        patternPlace = last.pattern
      }
    }
  }
}

/// A pattern for paths and names, as `--only` takes it: `*` stands for any text.
public struct GlobPattern: Hashable, Sendable {
  private let text: String

  public init(_ text: String) {
    self.text = text
  }

  public func matches(_ path: String) -> Bool { StarPattern.matches(path, text) }
}
