import Foundation

/// A parsed JSON value, looked into by name: `line["response"]["status"].int`.
struct JSON: CustomStringConvertible {
  private let value: Any?

  init(parsing text: String) throws {
    value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  private init(_ value: Any?) {
    self.value = value
  }

  subscript(name: String) -> JSON {
    JSON((value as? [String: Any])?[name])
  }

  subscript(index: Int) -> JSON {
    let items = array
    return items.indices.contains(index) ? items[index] : JSON(nil)
  }

  var string: String? { value as? String }
  var int: Int? { (value as? NSNumber)?.intValue }
  var bool: Bool? { (value as? NSNumber)?.boolValue }
  var array: [JSON] { (value as? [Any] ?? []).map { JSON($0) } }
  var isNull: Bool { value == nil || value is NSNull }

  var description: String {
    guard let value, let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
    else { return "nothing" }
    return String(decoding: data, as: UTF8.self)
  }
}
