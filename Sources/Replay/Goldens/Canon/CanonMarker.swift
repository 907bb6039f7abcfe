import JSONText

/// What stands in a golden in place of a value that a rule matched.
///
/// It is an object whose one field, `canon`, says what was asked. Nothing else in a golden has such a field.
enum CanonMarker {
  private static let field = "canon"

  static let present = marker("present")

  static func type(_ type: CanonType) -> JSONNode { marker("type \(type.rawValue)") }

  static func regex(_ text: String) -> JSONNode { marker("regex \(text)") }

  static func within(_ text: String) -> JSONNode { marker("within \(text)") }

  /// A number that later ones shall be near to, as it was written.
  static func near(_ tolerance: CanonTolerance, _ number: Double, of node: JSONNode) -> JSONNode {
    var bytes: [UInt8] = []
    node.write(into: &bytes)
    return marker("within \(tolerance.text) of \(node.text ?? String(decoding: bytes, as: UTF8.self))")
  }

  /// What the marker says; nil for a value that is none.
  static func text(of node: JSONNode) -> String? {
    guard case .object(let members) = node, members.count == 1, members[0].name == field else { return nil }
    return members[0].value.text
  }

  /// Whether both ask that a number be near to another, and these two are.
  static func areNear(_ expected: JSONNode, _ actual: JSONNode) -> Bool {
    guard let expected = text(of: expected).flatMap(Nearness.init),
      let actual = text(of: actual).flatMap(Nearness.init),
      expected.tolerance == actual.tolerance
    else { return false }
    return expected.tolerance.admits(actual.number, expected: expected.number)
  }

  private static func marker(_ text: String) -> JSONNode {
    .object([JSONNode.Member(name: field, value: .string(text))])
  }

  private struct Nearness {
    var tolerance: CanonTolerance
    var number: Double

    init?(_ text: String) {
      let words = text.split(separator: " ")
      guard words.count == 4, words[0] == "within", words[2] == "of", let number = Double(words[3]),
        let tolerance = CanonTolerance(String(words[1]))
      else { return nil }
      self.tolerance = tolerance
      self.number = number
    }
  }
}
