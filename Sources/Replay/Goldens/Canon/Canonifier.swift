import Inspection
import SessionEvents

/// Applies rules to exchanges' JSON; belongs to one thread.
struct Canonifier {
  private let rules: [CanonRule]
  private let tree: CanonTree
  private var patterns: CanonPatterns
  /// Of each rule, whether it was about any field so far.
  private(set) var met: [Bool]
  /// Rules that do not concern the exchange at hand.
  private var isOut: [Bool]

  init(_ canon: Canon) {
    rules = canon.rules
    tree = CanonTree(canon.rules)
    patterns = CanonPatterns(canon.rules)
    met = Array(repeating: false, count: rules.count)
    isOut = met
  }

  /// Makes an exchange's JSON canonical; without an exchange it is a remark on the recording.
  mutating func canonify(_ node: inout JSONNode, _ told: (Exchange, SessionSummary)?) {
    for index in rules.indices where rules[index].isScoped {
      isOut[index] = !(told.map { rules[index].concerns($0.0, $0.1) } ?? false)
    }
    descend(&node, tree.start)
  }

  // MARK: Walking

  /// What becomes of a field.
  private enum Outcome {
    case replaced(JSONNode)
    case removed
    case kept
  }

  /// Goes on below a value that these places of the tree stand for.
  private mutating func descend(_ node: inout JSONNode, _ places: [Int]) {
    switch node {
    case .scalar: return
    case .object(let members):
      var kept: [JSONNode.Member] = []
      kept.reserveCapacity(members.count)
      for var member in members {
        let next = tree.step(from: places, name: member.name)
        if enter(&member.value, next, passing: []) { kept.append(member) }
      }
      node = .object(kept)
    case .array(let elements):
      var kept: [JSONNode] = []
      kept.reserveCapacity(elements.count)
      for (index, element) in elements.enumerated() {
        if let element = self.element(element, at: index, places) { kept.append(element) }
      }
      node = .array(kept)
    }
  }

  /// What becomes of an element: nil where it is left out.
  ///
  /// A pair is a header field; into any other element names pass through.
  private mutating func element(_ element: JSONNode, at index: Int, _ places: [Int]) -> JSONNode? {
    if let pair = element.pair {
      var value = pair.value
      let next = tree.step(from: places, name: pair.name.lowercased())
      guard enter(&value, next, passing: []) else { return nil }
      guard case .array(let parts) = element else { return element }
      return .array([parts[0], value])
    }
    var next = tree.step(from: places, name: String(index))
    if let name = element["name"]?.text { next += tree.step(from: places, name: name.lowercased()) }
    var value = element
    return enter(&value, next, passing: places) ? value : nil
  }

  /// Applies the rules that end here, and goes on; false where the value is left out.
  private mutating func enter(_ node: inout JSONNode, _ places: [Int], passing: [Int]) -> Bool {
    var last: Int?
    for place in places {
      for rule in tree.rules(at: place) where !isOut[rule] {
        met[rule] = true
        last = max(last ?? rule, rule)
      }
    }
    if let last {
      switch apply(last, to: node) {
      case .removed: return false
      case .replaced(let marker):
        node = marker
        return true
      case .kept: break
      }
    }
    let below = places + passing
    if !below.isEmpty { descend(&node, below) }
    return true
  }

  // MARK: Matching

  private mutating func apply(_ rule: Int, to node: JSONNode) -> Outcome {
    switch rules[rule].matcher {
    case .exact: return .kept
    case .ignored: return .removed
    case .present: return node.isNull ? .kept : .replaced(CanonMarker.present)
    case .type(let type): return type.admits(node) ? .replaced(CanonMarker.type(type)) : .kept
    case .within(let range, let text):
      guard let number = node.number, range.contains(number) else { return .kept }
      return .replaced(CanonMarker.within(text))
    case .near(let tolerance):
      guard let number = node.number else { return .kept }
      return .replaced(CanonMarker.near(tolerance, number, of: node))
    case .regex(let text):
      guard let value = Self.plainText(node), patterns.matches(rule, value) else { return .kept }
      return .replaced(CanonMarker.regex(text))
    case .mask:
      guard let value = node.text, let masked = patterns.masked(rule, value) else { return .kept }
      return .replaced(.string(masked))
    }
  }

  /// A string's text, or a number or boolean as written.
  private static func plainText(_ node: JSONNode) -> String? {
    guard case .scalar(let bytes) = node, !node.isNull else { return nil }
    return node.text ?? String(decoding: bytes, as: UTF8.self)
  }
}
