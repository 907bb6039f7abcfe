import Replay
import Yams

/// Reads one rule of a rule file.
struct CanonRuleReading {
  struct Problem {
    var line: Int
    var reason: String
  }

  private(set) var problems: [Problem] = []
  private let node: Node

  private static let matcherKeys = ["is", "regex", "type", "within", "mask"]
  private static let scopeKeys = ["host", "protocol", "status"]

  init(_ node: Node) {
    self.node = node
  }

  /// The rule; nil where something is wrong with it.
  mutating func rule() -> CanonRule? {
    guard case .mapping(let mapping) = node else {
      complain(node, "rules: a rule is a map: write '- field: …' and below it what is asked of the field")
      return nil
    }
    var texts: [String: (node: Node, text: String)] = [:]
    for (key, value) in mapping {
      let name = key.shown
      guard name == "field" || (Self.matcherKeys + Self.scopeKeys).contains(name) else {
        let keys = (["field"] + Self.matcherKeys + Self.scopeKeys).joined(separator: ", ")
        complain(key, "'\(name)' is no key of a rule: \(keys) are")
        continue
      }
      guard case .scalar(let scalar) = value, !value.isNothing else {
        complain(value, "\(name): one value is expected")
        continue
      }
      texts[name] = (value, scalar.string)
    }
    let path = self.path(texts["field"])
    let matcher = self.matcher(texts)
    guard let path, let matcher else { return nil }
    var rule = CanonRule(path, matcher, line: node.line)
    scope(&rule, texts)
    return problems.isEmpty ? rule : nil
  }

  private mutating func path(_ value: (node: Node, text: String)?) -> CanonPath? {
    guard let value else {
      if problems.isEmpty { complain(node, "field: it is missing: which field is the rule about?") }
      return nil
    }
    if let path = CanonPath(value.text) { return path }
    complain(value.node, "field: '\(value.text)' is no path: write it as response.headers[date]")
    return nil
  }

  private mutating func matcher(_ texts: [String: (node: Node, text: String)]) -> CanonMatcher? {
    let given = Self.matcherKeys.filter { texts[$0] != nil }
    guard let key = given.first, let (node, text) = texts[key] else {
      if problems.isEmpty {
        complain(
          node, "the rule asks for nothing: one of \(Self.matcherKeys.joined(separator: ", ")) is needed")
      }
      return nil
    }
    guard given.count == 1 else {
      complain(
        node, "\(given[0]) and \(given[1]) cannot both be asked: make two rules, of which the last decides")
      return nil
    }
    switch key {
    case "is": return self.state(text, node)
    case "type":
      if let type = CanonType(rawValue: text) { return .type(type) }
      let names = CanonType.allCases.map(\.rawValue).joined(separator: ", ")
      complain(node, "type: '\(text)' is none of \(names)")
    case "within":
      if let range = CanonNumber.range(text) { return .within(range, text: text) }
      if let tolerance = CanonTolerance(text) { return .near(tolerance) }
      complain(node, "within: '\(text)' is neither an amount (5, 10%, 50ms) nor a range (0..2s)")
    default:
      guard let complaint = CanonExpression.complaint(about: text) else {
        return key == "regex" ? .regex(text) : .mask(text)
      }
      complain(node, "\(key): '\(text)' is no regular expression: \(complaint)")
    }
    return nil
  }

  private mutating func state(_ text: String, _ node: Node) -> CanonMatcher? {
    switch text {
    case "present": return .present
    case "ignored": return .ignored
    case "exact": return .exact
    default:
      complain(node, "is: '\(text)' is none of present, ignored, exact")
      return nil
    }
  }

  private mutating func scope(_ rule: inout CanonRule, _ texts: [String: (node: Node, text: String)]) {
    if let host = texts["host"] { rule.host = HostPattern(host.text) }
    if let (node, text) = texts["protocol"] {
      rule.protocolPattern = ProtocolPattern(text)
      if rule.protocolPattern == nil {
        complain(node, "protocol: '\(text)' is none of \(ProtocolPattern.names.joined(separator: ", "))")
      }
    }
    if let (node, text) = texts["status"] {
      rule.status = StatusPattern(text)
      if rule.status == nil {
        complain(node, "status: '\(text)' is no status such as 200, 4xx, 400-499, NXDOMAIN, error or none")
      }
    }
  }

  private mutating func complain(_ node: Node, _ reason: String) {
    problems.append(Problem(line: node.line, reason: reason))
  }
}
