import Replay
import YAMLText
import Yams

/// A file of rules, `canon.yaml`.
///
///     defaults: true
///     rules:
///       - field: response.headers[x-build]
///         is: present
///         host: '*.example.com'
struct CanonFile: Sendable {
  static let name = "canon.yaml"
  static let byteLimit = 1 << 20
  /// More would help nobody.
  private static let ruleLimit = 10_000
  private static let problemLimit = 20

  let path: String
  let bytes: [UInt8]
  private(set) var canon = Canon()
  /// What is wrong with it, in words, the line first; rules may only be used where nothing is.
  private(set) var problems: [String] = []
  /// How many of the canon's rules are not from this file, and stand first.
  private(set) var defaultCount = 0

  init(path: String) throws(GoldenError) {
    try self.init(path: path, bytes: WholeFile.bytes(path, limit: Self.byteLimit))
  }

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    do throws(FileFailure) {
      read(try YAMLDocument.parse(bytes))
    } catch {
      // What is refused as a key may well stand in a pattern.
      let isPattern = error.reason.hasPrefix("keys that begin with '?'")
      complain(error.line, error.reason + (isPattern ? ", and in a pattern [&?] for [?&]" : ""))
    }
  }

  /// The file's own rules.
  var ownRules: ArraySlice<CanonRule> { canon.rules[defaultCount...] }

  private mutating func read(_ root: Node?) {
    var usesDefaults = true
    var rules: [CanonRule] = []
    if let root, !root.isNothing {
      guard case .mapping(let mapping) = root else {
        return complain(root.line, "the file does not hold rules: write 'rules:' and a list below it")
      }
      for (key, value) in mapping {
        switch key.string {
        case "defaults":
          guard let flag = value.flag else {
            complain(value.line, "defaults: '\(value.shown)' is neither true nor false")
            continue
          }
          usesDefaults = flag
        case "rules": rules = self.rules(value)
        default: complain(key.line, "'\(key.shown)' is no key here: 'defaults' and 'rules' are")
        }
      }
    }
    canon = Canon(usesDefaults: usesDefaults, rules: rules)
    defaultCount = canon.rules.count - rules.count
  }

  private mutating func rules(_ node: Node) -> [CanonRule] {
    if node.isNothing { return [] }
    guard case .sequence(let elements) = node else {
      complain(node.line, "rules: this is a list: begin each rule with '- field: …'")
      return []
    }
    guard elements.count <= Self.ruleLimit else {
      complain(node.line, "rules: there are more than \(Self.ruleLimit)")
      return []
    }
    var rules: [CanonRule] = []
    for element in elements {
      guard problems.count < Self.problemLimit else { break }
      var reading = CanonRuleReading(element)
      if let rule = reading.rule() { rules.append(rule) }
      for problem in reading.problems { complain(problem.line, problem.reason) }
    }
    return rules
  }

  private mutating func complain(_ line: Int?, _ reason: String) {
    guard problems.count < Self.problemLimit else { return }
    problems.append("'\(path)'\(line.map { ", line \($0)" } ?? ""): \(reason)")
  }
}

extension Node {
  var line: Int { mark?.line ?? 1 }

  /// What stands there, short enough for a message.
  var shown: String {
    guard case .scalar(let scalar) = self else { return "a list or map" }
    return scalar.string.count > 80 ? "\(scalar.string.prefix(80))…" : scalar.string
  }

  var isNothing: Bool {
    guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
    return ["", "~", "null"].contains(scalar.string)
  }

  var flag: Bool? {
    guard case .scalar(let scalar) = self else { return nil }
    switch scalar.string {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }
}
