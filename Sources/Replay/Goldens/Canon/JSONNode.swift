import CaptureFile
import JSONText

/// A JSON value (RFC 8259) whose scalars stay as they were written: nothing is lost by reading and writing it again.
enum JSONNode: Hashable, Sendable {
  /// A string with its quotes, a number, `true`, `false` or `null`.
  case scalar([UInt8])
  case array([JSONNode])
  case object([Member])

  struct Member: Hashable, Sendable {
    var name: String
    var value: JSONNode
  }

  static let null = JSONNode.scalar(Array("null".utf8))

  /// The text is any; it is escaped as the reports do.
  static func string(_ text: String) -> JSONNode {
    var json = JSONWriter()
    json.string(text)
    return .scalar(json.bytes)
  }

  /// The member of this name; nil where it has none, or is no object.
  subscript(_ name: String) -> JSONNode? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  var isNull: Bool { self == .null }

  /// The text of a string; nil for any other value.
  var text: String? {
    guard case .scalar(let bytes) = self, bytes.first == UInt8(ascii: "\"") else { return nil }
    if !bytes.contains(UInt8(ascii: "\\")) {
      return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    }
    var scanner = JSONScanner(bytes)
    return try? scanner.string()
  }

  /// A number, also one that stands in a string, as in a header field.
  var number: Double? {
    guard case .scalar(let bytes) = self else { return nil }
    return Double(text ?? String(decoding: bytes, as: UTF8.self))
  }

  /// The kind of value, as a rule's `type` names it.
  var typeName: String {
    switch self {
    case .array: "array"
    case .object: "object"
    case .scalar(let bytes):
      switch bytes.first {
      case UInt8(ascii: "\""): "string"
      case UInt8(ascii: "t"), UInt8(ascii: "f"): "boolean"
      case UInt8(ascii: "n"): "null"
      default: bytes.contains { ".eE".utf8.contains($0) } ? "number" : "integer"
      }
    }
  }

  /// Whether this is the value of a field's name and its value, as headers have them.
  var pair: (name: String, value: JSONNode)? {
    guard case .array(let elements) = self, elements.count == 2, let name = elements[0].text else {
      return nil
    }
    return (name, elements[1])
  }

  func write(into output: inout [UInt8]) {
    switch self {
    case .scalar(let bytes): output.append(contentsOf: bytes)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        JSONNode.string(member.name).write(into: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  var bytes: [UInt8] {
    var output: [UInt8] = []
    write(into: &output)
    return output
  }
}
