package import Yams

/// Parses YAML, and says in this project's words why some text is none.
///
/// Anchors and complex keys are refused before the parser sees them: it hashes keys whole, at every level that they
/// stand in, with all that an alias stands for, and aliases of aliases make that grow without bound. A key without '?'
/// is one line of at most 1,024 characters, and libyaml itself ends nesting at 1,000 levels.
package enum YAMLDocument {
  /// Nil for a stream without a document.
  package static func parse(_ bytes: [UInt8]) throws(FileFailure) -> Node? {
    let text = try checkedText(bytes)
    if let unwanted = UnwantedTokens.first(in: Array(text.utf8)) { throw unwanted }
    do {
      // Types are no concern of the parser, which would try every text against a dozen patterns. The encoding is named
      // because its default hangs on an environment variable.
      return try Yams.compose(yaml: text, .basic, .default, .utf8)
    } catch let error as YamlError {
      throw failure(error, in: text)
    } catch {
      throw FileFailure(reason: "not YAML: \(error)")
    }
  }

  /// The text without its byte order mark.
  private static func checkedText(_ bytes: [UInt8]) throws(FileFailure) -> String {
    let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
    let strange = bytes.firstIndex { $0 < 0x20 && ![0x09, 0x0a, 0x0d].contains($0) || $0 == 0x7f }
    if let strange {
      throw FileFailure(
        line: line(in: bytes, before: strange),
        reason: "not a text file: byte 0x\(String(bytes[strange], radix: 16)) stands in it")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileFailure(reason: "not a text file in UTF-8")
    }
    return text
  }

  private static func line(in bytes: ArraySlice<UInt8>, before index: Int) -> Int {
    1 + bytes[..<index].count { $0 == 0x0a }
  }

  private static func failure(_ error: YamlError, in text: String) -> FileFailure {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return FileFailure(
        line: mark.line, reason: reason(problem, context: context?.text ?? "", mark, in: text))
    case .duplicatedKeysInMapping(let names, let context):
      return duplicate(of: names.first ?? "", firstLine: context.mark.line, in: text)
    case .reader(let problem, _, _, _), .writer(let problem), .emitter(let problem),
      .representer(let problem):
      return FileFailure(reason: "not YAML: \(problem)")
    case .memory, .no, .dataCouldNotBeDecoded:
      return FileFailure(reason: "not YAML")
    }
  }

  private static func reason(_ problem: String, context: String, _ mark: Mark, in text: String) -> String {
    if context.contains("alias") || problem.contains("alias") {
      return "'*' begins an alias in YAML: quote the value, as '*.example.com'"
    }
    if problem.contains("nesting level") { return "lists and maps are nested too deeply" }
    if problem.contains("another document") { return "another document begins here: a file holds one" }
    let line = lines(of: text).dropFirst(mark.line - 1).first ?? ""
    if context.contains("flow"), line.contains("::") {
      return "':' begins something else here in YAML: quote an IPv6 address in a list, as ['::1']"
    }
    if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
      return "a tab stands in the indentation: use spaces"
    }
    return "not YAML: \(context.isEmpty ? "" : "\(context): ")\(problem)"
  }

  /// The parser tells where the key stands first; it is the second that is too much.
  private static func duplicate(of name: String, firstLine: Int, in text: String) -> FileFailure {
    let later = lines(of: text).enumerated().dropFirst(firstLine).first { _, line in
      let rest = line.drop { $0 == " " || "'\"{,".contains($0) }
      guard rest.hasPrefix(name) else { return false }
      return rest.dropFirst(name.count).drop { $0 == " " || "'\"".contains($0) }.first == ":"
    }
    guard let later else { return FileFailure(line: firstLine, reason: "the key '\(name)' stands twice") }
    return FileFailure(
      line: later.offset + 1, reason: "the key '\(name)' stands twice: first on line \(firstLine)")
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { $0.isNewline }
  }
}
