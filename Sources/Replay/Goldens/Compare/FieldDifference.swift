/// A field that is not as expected.
public struct FieldDifference: Hashable, Sendable {
  /// As rules name it: `response.headers[date]`.
  public var path: String
  /// JSON; nil where there is no such field.
  public var expected: String?
  public var actual: String?
}

/// Finds the fields in which two exchanges differ.
struct FieldComparison {
  /// More of one exchange would help nobody.
  static let limit = 100

  private(set) var differences: [FieldDifference] = []

  static func differences(expected: JSONNode, actual: JSONNode) -> [FieldDifference] {
    var comparison = FieldComparison()
    comparison.compare(expected, actual, at: "")
    return comparison.differences
  }

  private mutating func compare(_ expected: JSONNode?, _ actual: JSONNode?, at path: String) {
    guard expected != actual, differences.count < Self.limit else { return }
    guard let expected, let actual else { return note(expected, actual, at: path) }
    if CanonMarker.text(of: expected) != nil || CanonMarker.text(of: actual) != nil {
      if !CanonMarker.areNear(expected, actual) { note(expected, actual, at: path) }
      return
    }
    switch (expected, actual) {
    case (.object(let one), .object(let other)):
      let names = one.map(\.name) + other.map(\.name).filter { name in !one.contains { $0.name == name } }
      for name in names { compare(expected[name], actual[name], at: path.isEmpty ? name : "\(path).\(name)") }
    case (.array(let one), .array(let other)):
      if Self.areFields(one) && Self.areFields(other) {
        compareFields(one, other, at: path)
      } else {
        for index in 0..<max(one.count, other.count) {
          let (element, counterpart) = (Self.element(one, index), Self.element(other, index))
          compare(element, counterpart, at: "\(path)[\(Self.name(element, counterpart) ?? String(index))]")
        }
      }
    case (.scalar, .scalar):
      // Another program may have escaped the same text otherwise.
      if let one = expected.text, one == actual.text { return }
      note(expected, actual, at: path)
    default: note(expected, actual, at: path)
    }
  }

  /// Compares header fields, each with those of its name, whose order counts.
  private mutating func compareFields(_ expected: [JSONNode], _ actual: [JSONNode], at path: String) {
    let before = differences.count
    let (one, other) = (expected.compactMap(\.pair), actual.compactMap(\.pair))
    var names: [String] = []
    for pair in one + other where !names.contains(pair.name.lowercased()) {
      names.append(pair.name.lowercased())
    }
    for name in names {
      let values = one.filter { $0.name.lowercased() == name }.map(\.value)
      let others = other.filter { $0.name.lowercased() == name }.map(\.value)
      for index in 0..<max(values.count, others.count) {
        compare(Self.element(values, index), Self.element(others, index), at: "\(path)[\(name)]")
      }
    }
    guard differences.count == before else { return }
    let order = (one.map(\.name), other.map(\.name))
    if order.0 != order.1 {
      note(.array(order.0.map(JSONNode.string)), .array(order.1.map(JSONNode.string)), at: "\(path) (order)")
    }
  }

  /// What both elements are called, where a path can say so.
  private static func name(_ one: JSONNode?, _ other: JSONNode?) -> String? {
    guard let name = one?["name"]?.text?.lowercased(), name == other?["name"]?.text?.lowercased(),
      !name.isEmpty, !name.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"[]*".utf8.contains($0) })
    else { return nil }
    return name
  }

  private static func areFields(_ elements: [JSONNode]) -> Bool { elements.allSatisfy { $0.pair != nil } }

  private static func element(_ elements: [JSONNode], _ index: Int) -> JSONNode? {
    index < elements.count ? elements[index] : nil
  }

  private mutating func note(_ expected: JSONNode?, _ actual: JSONNode?, at path: String) {
    differences.append(
      FieldDifference(path: path, expected: expected.map(Self.text), actual: actual.map(Self.text)))
  }

  private static func text(_ node: JSONNode) -> String { String(decoding: node.bytes, as: UTF8.self) }
}
