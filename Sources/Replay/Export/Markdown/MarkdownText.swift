import JSONText

/// Text from outside, made part of a Markdown document (CommonMark 0.31, with GitHub's tables) without a say in its form.
///
/// Everything stands in code, where nothing is markup, a link, an entity or somebody's name.
enum MarkdownText {
  /// The text as code within a line; the dash where there is none.
  static func code(_ text: String, inTable: Bool = false) -> String {
    var text = DisplayText.safe(text)
    // A cell ends at a bar even in code, whatever stands before it.
    if inTable {
      text = text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\u{7c}")
    }
    guard !text.isEmpty else { return "–" }
    let fence = String(repeating: "`", count: longestRun(text.utf8) + 1)
    let isPadded =
      text.hasPrefix("`") || text.hasSuffix("`") || text.hasPrefix(" ") && text.hasSuffix(" ")
      || text.utf8.allSatisfy { $0 == 0x20 }
    let padding = isPadded && !text.utf8.allSatisfy { $0 == 0x20 } ? " " : ""
    return fence + padding + text + padding + fence
  }

  static func code(bytes: [UInt8], inTable: Bool = false) -> String {
    code(JSONWriter.escapingNonUTF8(bytes), inTable: inTable)
  }

  /// Lines as a block of code; each must be printable.
  static func block(_ lines: [String], language: String = "") -> String {
    let longest = lines.reduce(0) { max($0, longestRun($1.utf8)) }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)\(language)\n" + lines.map { $0 + "\n" }.joined() + "\(fence)\n"
  }

  /// The lines of a text, each printable; line ends of any kind divide.
  static func lines(_ text: [UInt8]) -> [String] {
    var lines = text.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
      printable(line.last == 0x0d ? line.dropLast() : line)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Words of our own as they are, and as code where they quote something that could be markup.
  static func plain(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x20, UInt8(ascii: ","), UInt8(ascii: "."): true
      default: false
      }
    }
    return isPlain ? text : code(text)
  }

  /// One line of any length, printable.
  static func printable(_ bytes: [UInt8]) -> String { printable(bytes[...]) }

  /// One line of any length: tabs as they are, other control and formatting characters escaped.
  private static func printable(_ line: ArraySlice<UInt8>) -> String {
    line.split(separator: 0x09, omittingEmptySubsequences: false)
      .map { DisplayText.safe(JSONWriter.escapingNonUTF8(Array($0)), limit: .max) }.joined(separator: "\t")
  }

  /// How many backticks there are in a row.
  private static func longestRun(_ text: some Sequence<UInt8>) -> Int {
    var longest = 0
    var run = 0
    for byte in text {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
