import Foundation

/// The rules of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) as far as they concern one object at a time:
/// which fields there must and may be, and of what kind.
enum HARRules {
  indirect enum Kind: Sendable {
    case string
    /// RFC 3339 with an offset.
    case time
    case url
    case bool
    /// A whole number, at least this.
    case integer(Int)
    case number(Double)
    case object(required: [String: Kind], optional: [String: Kind])
    case array(Kind)
  }

  static let pair = Kind.object(
    required: ["name": .string, "value": .string], optional: ["comment": .string])

  static let cookie = Kind.object(
    required: ["name": .string, "value": .string],
    optional: [
      "path": .string, "domain": .string, "expires": .time, "httpOnly": .bool, "secure": .bool,
      "sameSite": .string, "comment": .string,
    ])

  static let parameter = Kind.object(
    required: ["name": .string],
    optional: ["value": .string, "fileName": .string, "contentType": .string, "comment": .string])

  static let request = Kind.object(
    required: [
      "method": .string, "url": .url, "httpVersion": .string, "cookies": .array(cookie),
      "headers": .array(pair),
      "queryString": .array(pair), "headersSize": .integer(-1), "bodySize": .integer(-1),
    ],
    optional: [
      "comment": .string,
      "postData": .object(
        required: ["mimeType": .string],
        optional: ["params": .array(parameter), "text": .string, "comment": .string]),
    ])

  static let response = Kind.object(
    required: [
      "status": .integer(0), "statusText": .string, "httpVersion": .string, "cookies": .array(cookie),
      "headers": .array(pair), "redirectURL": .string, "headersSize": .integer(-1), "bodySize": .integer(-1),
      "content": .object(
        required: ["size": .integer(0), "mimeType": .string],
        optional: ["compression": .integer(.min), "text": .string, "encoding": .string, "comment": .string]),
    ], optional: ["comment": .string])

  static let entry = Kind.object(
    required: [
      "startedDateTime": .time, "time": .number(0), "request": request, "response": response,
      "cache": .object(required: [:], optional: ["beforeRequest": .string, "afterRequest": .string]),
      "timings": .object(
        required: ["send": .number(0), "wait": .number(0), "receive": .number(0)],
        optional: [
          "blocked": .number(-1), "dns": .number(-1), "connect": .number(-1), "ssl": .number(-1),
          "comment": .string,
        ]),
    ],
    optional: ["pageref": .string, "serverIPAddress": .string, "connection": .string, "comment": .string])

  static let har = Kind.object(
    required: [
      "log": .object(
        required: [
          "version": .string, "entries": .array(entry),
          "creator": .object(
            required: ["name": .string, "version": .string], optional: ["comment": .string]),
        ],
        optional: ["pages": .array(.string), "comment": .string])
    ], optional: [:])

  /// What breaks the rules in a value, each with its place; names that begin with an underscore are anybody's.
  static func problems(_ value: JSONTree, _ kind: Kind = har, at place: String = "") -> [String] {
    switch (kind, value) {
    case (.string, .string), (.bool, .bool): return []
    case (.time, .string(let text)):
      let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/
      return text.wholeMatch(of: form) == nil ? ["\(place) is no time: \(text)"] : []
    case (.url, .string(let text)):
      let url = URL(string: text)
      return url?.scheme == nil || url?.host == nil ? ["\(place) is no URL: \(text)"] : []
    case (.integer(let least), .number(let number)):
      return number == number.rounded() && number >= Double(least)
        ? [] : ["\(place) is no integer from \(least)"]
    case (.number(let least), .number(let number)):
      return number >= least ? [] : ["\(place) is below \(least)"]
    case (.array(let element), .array(let values)):
      return values.enumerated().flatMap { problems($0.element, element, at: "\(place)[\($0.offset)]") }
    case (.object(let required, let optional), .object(let fields)):
      let lacking = required.keys.filter { fields[$0] == nil }.map { "\(place) lacks \($0)" }
      let wrong = fields.filter { !$0.key.hasPrefix("_") }.flatMap { name, value in
        guard let kind = required[name] ?? optional[name] else { return ["\(place) must not have \(name)"] }
        return problems(value, kind, at: "\(place).\(name)")
      }
      return (lacking + wrong).sorted()
    default:
      return ["\(place) is of another kind: \(value)"]
    }
  }
}
