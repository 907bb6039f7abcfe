/// Finds the members of JSON objects whose names tell of secrets, in JSON that may be cut short or no JSON at all.
struct JSONSecrets {
  private let text: [UInt8]
  private var place = 0
  private var result: [UInt8] = []
  /// Values that were replaced.
  private(set) var count = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  /// The text, each secret value replaced by another; true, false and null are no secrets.
  mutating func replaced(by value: [UInt8]) -> [UInt8] {
    result = []
    result.reserveCapacity(text.count)
    while place < text.count {
      guard text[place] == UInt8(ascii: "\"") else {
        copy(to: place + 1)
        continue
      }
      let name = place
      let nameEnd = stringEnd(name)
      copy(to: nameEnd)
      let colon = blanksEnd(nameEnd)
      guard colon < text.count, text[colon] == UInt8(ascii: ":") else { continue }
      let start = blanksEnd(colon + 1)
      copy(to: start)
      let unquoted = Array(text[(name + 1)..<max(name + 1, nameEnd - 1)])
      guard SecretNames.isSecretParameter(Self.unescaped(unquoted)), let end = valueEnd(start) else {
        continue
      }
      result += value
      count += 1
      place = end
    }
    return result
  }

  private mutating func copy(to end: Int) {
    result += text[place..<end]
    place = end
  }

  /// Behind the string that begins here.
  private func stringEnd(_ start: Int) -> Int {
    var end = start + 1
    while end < text.count {
      switch text[end] {
      case UInt8(ascii: "\\"): end += 2
      case UInt8(ascii: "\""): return end + 1
      default: end += 1
      }
    }
    return text.count
  }

  private func blanksEnd(_ start: Int) -> Int {
    var end = start
    while end < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[end]) { end += 1 }
    return end
  }

  /// Behind the value that begins here; nil where it hides nothing.
  private func valueEnd(_ start: Int) -> Int? {
    guard start < text.count else { return nil }
    switch text[start] {
    case UInt8(ascii: "\""):
      let end = stringEnd(start)
      return end == start + 2 ? nil : end
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      return nestEnd(start)
    case UInt8(ascii: "-"), 0x30...0x39:
      var end = start
      while end < text.count, Self.isNumber(text[end]) { end += 1 }
      return end
    default:
      return nil
    }
  }

  /// Behind the object or array that begins here.
  private func nestEnd(_ start: Int) -> Int {
    var depth = 0
    var end = start
    while end < text.count {
      switch text[end] {
      case UInt8(ascii: "\""):
        end = stringEnd(end)
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      end += 1
      if depth == 0 { return end }
    }
    return text.count
  }

  private static func isNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// Resolves `\u0061` and the like, as far as they are ASCII.
  private static func unescaped(_ name: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < name.count {
      if name[index...].starts(with: "\\u".utf8), index + 6 <= name.count,
        let value = UInt8(String(decoding: name[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        index += 6
      } else {
        bytes.append(name[index])
        index += 1
      }
    }
    return bytes
  }
}
