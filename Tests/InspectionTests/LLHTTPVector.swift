import Foundation
import TestSupport
import Testing

/// One message stream of llhttp's test suite, and what llhttp reports of it.
struct LLHTTPVector: Sendable, CustomTestStringConvertible {
  /// What llhttp tells of one message.
  struct Message: Equatable, Sendable {
    var method: [UInt8] = []
    var target: [UInt8] = []
    var version: [UInt8] = []
    var status: [UInt8] = []
    var fieldNames: [[UInt8]] = []
    /// Without white space around them.
    var fieldValues: [[UInt8]] = []
    var bodyByteCount = 0
    var isComplete = false
  }

  /// `request/sample.md: Simple request`.
  var name: String
  /// What llhttp is told to do: `request`, `response`, or one of these and `-finish` or `-lenient-…`.
  var type: String
  var input: [UInt8]
  var messages: [Message] = []
  /// llhttp's complaint, if it has one.
  var error: String?

  var testDescription: String { name }

  /// All vectors of a Markdown file: a heading, a `meta` comment, an `http` block, a `log` block.
  static func vectors(in path: String) throws -> [LLHTTPVector] {
    let text = String(decoding: try Fixtures.bytes("vectors/http1/" + path), as: UTF8.self)
    var vectors: [LLHTTPVector] = []
    var heading = ""
    var type = ""
    var block: (kind: Substring, lines: [Substring])?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let (kind, lines) = block {
          if kind == "http" {
            vectors.append(LLHTTPVector(name: "\(path): \(heading)", type: type, input: bytes(of: lines)))
          } else if kind == "log", !vectors.isEmpty {
            vectors[vectors.count - 1].read(log: lines)
          }
          block = nil
        } else {
          block = (line.dropFirst(3), [])
        }
      } else if block != nil {
        block?.lines.append(line)
      } else if line.hasPrefix("#") {
        heading = String(line.drop { $0 == "#" || $0 == " " })
      } else if line.hasPrefix("<!-- meta="), let start = line.range(of: "\"type\":")?.upperBound {
        type = String(line[start...].drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" })
      }
    }
    return vectors
  }

  private init(name: String, type: String, input: [UInt8]) {
    self.name = name
    self.type = type
    self.input = input
  }

  /// Lines end in CR LF, but for a backslash at their end; the usual escapes stand for single bytes.
  private static func bytes(of lines: [Substring]) -> [UInt8] {
    var text = lines.joined(separator: "\n")
    text = text.replacing("\\\n", with: "").replacing("\n", with: "\r\n")
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.first else {
        bytes.append(byte)
        continue
      }
      rest = rest.dropFirst()
      switch escape {
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "f"): bytes.append(12)
      case UInt8(ascii: "x"):
        // A character, which llhttp's own tests encode in UTF-8.
        let scalar = [UInt8](hex: String(decoding: rest.prefix(2), as: UTF8.self)).map { Unicode.Scalar($0) }
        bytes += scalar.flatMap { Array(String($0).utf8) }
        rest = rest.dropFirst(2)
      default: bytes += [byte, escape]
      }
    }
    return bytes
  }

  /// Reads `off=O len=L span[NAME]="…"`, `off=O EVENT` and `off=O error code=C reason="…"`.
  private mutating func read(log: [Substring]) {
    var field: [UInt8] = []
    var value: [UInt8] = []
    for line in log {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard words.count >= 2, let offset = Int(words[0].dropFirst(4)) else { continue }
      if words.count == 3, words[1].hasPrefix("len="), let count = Int(words[1].dropFirst(4)) {
        let bytes = Array(input[min(offset, input.count)..<min(offset + count, input.count)])
        if words[2].hasPrefix("span[header_field]") { field += bytes }
        if words[2].hasPrefix("span[header_value]") { value += bytes }
        receive(span: words[2].prefix { $0 != "]" }, bytes)
      } else if line.contains("message begin") {
        messages.append(Message())
      } else if line.contains("header_field complete"), !messages.isEmpty {
        messages[messages.count - 1].fieldNames.append(field)
        field = []
      } else if line.contains("header_value complete"), !messages.isEmpty {
        messages[messages.count - 1].fieldValues.append(LLHTTPVector.trimmed(value))
        value = []
      } else if line.contains("message complete"), !messages.isEmpty {
        messages[messages.count - 1].isComplete = true
      } else if line.contains("error code=") {
        error = String(words[words.count - 1])
      }
    }
  }

  private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    return Array(bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  private mutating func receive(span: Substring, _ bytes: [UInt8]) {
    guard !messages.isEmpty else { return }
    switch span {
    case "span[method": messages[messages.count - 1].method += bytes
    case "span[url": messages[messages.count - 1].target += bytes
    case "span[version": messages[messages.count - 1].version += bytes
    case "span[status": messages[messages.count - 1].status += bytes
    case "span[body": messages[messages.count - 1].bodyByteCount += bytes.count
    default: break
    }
  }
}
