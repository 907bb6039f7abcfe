import Foundation

/// A JSON value, to look into.
enum JSONTree: Decodable, Equatable {
  case object([String: JSONTree])
  case array([JSONTree])
  case string(String)
  case number(Double)
  case bool(Bool)
  case null

  init(_ bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(JSONTree.self, from: Data(bytes))
  }

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let fields = try? single.decode([String: JSONTree].self) {
      self = .object(fields)
    } else if let elements = try? single.decode([JSONTree].self) {
      self = .array(elements)
    } else if let text = try? single.decode(String.self) {
      self = .string(text)
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let number = try? single.decode(Double.self) {
      self = .number(number)
    } else {
      self = .null
    }
  }

  /// A field; null where there is none.
  subscript(_ name: String) -> JSONTree {
    if case .object(let fields) = self { return fields[name] ?? .null }
    return .null
  }

  /// An element; null where there is none.
  subscript(_ index: Int) -> JSONTree {
    if case .array(let elements) = self, elements.indices.contains(index) { return elements[index] }
    return .null
  }

  var elements: [JSONTree] {
    if case .array(let elements) = self { return elements }
    return []
  }

  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }

  /// Pairs of names and values, as a HAR lists them.
  var pairs: [String] {
    elements.map { "\($0["name"].text ?? "?")=\($0["value"].text ?? "?")" }
  }
}
