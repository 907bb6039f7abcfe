/// One line of a report for people: parts that are wrapped, where needed, only between one another.
struct StyledLine {
  enum Style: String {
    case plain = ""
    case dim = "2"
    case bold = "1"
    case good = "32"
    case notable = "33"
    case bad = "31"
  }

  private struct Part {
    var text: String
    var style: Style
    var separator: String
  }

  private var parts: [Part] = []
  private let indent: Int

  /// - Parameter indent: The column at which a continued line begins.
  init(indent: Int) {
    self.indent = indent
  }

  /// Adds a part, whose text must be safe to print.
  ///
  /// The separator is left out where the line is wrapped before it.
  mutating func add(_ text: String, _ style: Style = .plain, separator: String = " ") {
    parts.append(Part(text: text, style: style, separator: parts.isEmpty ? "" : separator))
  }

  /// Adds a part in a column of its own.
  mutating func add(
    _ text: String, _ style: Style = .plain, width: Int, alignRight: Bool = false, separator: String = " "
  ) {
    let padding = String(repeating: " ", count: max(0, width - DisplayText.width(text)))
    add(alignRight ? padding + text : text + padding, style, separator: separator)
  }

  func write(width: Int, color: Bool, into output: inout [UInt8]) {
    var column = 0
    for part in parts {
      let needed = DisplayText.width(part.separator) + DisplayText.width(part.text)
      if column + needed > width, column > indent {
        Self.trimEnd(&output)
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
        column = indent
      } else {
        output.append(contentsOf: part.separator.utf8)
        column += DisplayText.width(part.separator)
      }
      let isStyled = color && part.style != .plain
      if isStyled { output.append(contentsOf: "\u{1b}[\(part.style.rawValue)m".utf8) }
      output.append(contentsOf: part.text.utf8)
      if isStyled { output.append(contentsOf: "\u{1b}[0m".utf8) }
      column += DisplayText.width(part.text)
    }
    Self.trimEnd(&output)
    output.append(UInt8(ascii: "\n"))
  }

  private static func trimEnd(_ output: inout [UInt8]) {
    while output.last == UInt8(ascii: " ") { output.removeLast() }
  }
}
