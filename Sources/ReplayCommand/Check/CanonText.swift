import Replay

/// Rules as a rule file has them.
struct CanonText {
  private let findings: [VolatileFields.Finding]

  init(_ findings: [VolatileFields.Finding]) {
    self.findings = findings
  }

  /// The rules as elements of a list, whole lines.
  func rules(indent: String) -> [UInt8] {
    var text = ""
    for finding in findings {
      text += "\(indent)- field: \(Self.quoted(finding.path))\n"
      let (key, value) = Self.asked(finding.matcher)
      text += "\(indent)  \(key): \(value)\n"
      if let host = finding.host { text += "\(indent)  host: \(Self.quoted(host))\n" }
    }
    return Array(text.utf8)
  }

  /// The content of a rule file with these rules as its last; nil where they cannot be added to what is there.
  func appended(to file: CanonFile?, path: String) -> [UInt8]? {
    guard let file else { return Array("rules:\n".utf8) + rules(indent: "  ") }
    var bytes = file.bytes
    if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let element = lines.last { $0.drop { $0 == " " }.hasPrefix("- ") }
    let isThere = lines.contains { $0.hasPrefix("rules:") }
    if !isThere { bytes += Array("rules:\n".utf8) }
    bytes += rules(indent: element.map { String($0.prefix { $0 == " " }) } ?? "  ")
    let result = CanonFile(path: path, bytes: bytes)
    let isAdded =
      result.problems.isEmpty && result.defaultCount == file.defaultCount
      && result.ownRules.count == file.ownRules.count + findings.count
      && Array(result.ownRules.prefix(file.ownRules.count)) == Array(file.ownRules)
    return isAdded ? bytes : nil
  }

  private static func asked(_ matcher: CanonMatcher) -> (key: String, value: String) {
    switch matcher {
    case .present: ("is", "present")
    case .ignored: ("is", "ignored")
    case .exact: ("is", "exact")
    case .regex(let text): ("regex", quoted(text))
    case .mask(let text): ("mask", quoted(text))
    case .type(let type): ("type", type.rawValue)
    case .near(let tolerance): ("within", tolerance.text)
    case .within(_, let text): ("within", text)
    }
  }

  /// As it is where that means the same in YAML, else between apostrophes.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || ".-_[]".utf8.contains(byte)
    }
    // A number, or a bracket in front, would be something else than text.
    if isPlain, text.utf8.first.map({ (0x61...0x7a).contains($0 | 0x20) }) ?? false { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
