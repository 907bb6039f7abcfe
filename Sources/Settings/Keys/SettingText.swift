/// A value as the file has it.
enum SettingText: Hashable, Sendable {
  case scalar(String)
  case list([String])

  /// In YAML, on one line.
  var text: String {
    switch self {
    case .scalar(let text): Self.quoted(text)
    case .list(let texts): "[\(texts.map(Self.quoted).joined(separator: ", "))]"
    }
  }

  /// Quoted where YAML could take it for something else.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._/-".contains($0)) }
    if isPlain, !text.isEmpty, !text.hasPrefix("-"), text != "null" { return text }
    return "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
  }
}
