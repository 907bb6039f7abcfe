import CaptureFile

extension JSONNode {
  /// Why a text is no JSON: where, in bytes from its start.
  struct Failure: Error, Hashable {
    var offset: Int
  }

  /// Reads one value, with nothing behind it.
  init(reading bytes: [UInt8]) throws(Failure) {
    var reader = Reader(bytes: bytes)
    self = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.offset == bytes.count else { throw reader.failure }
  }

  private struct Reader {
    /// Deeper than any report nests its values.
    private static let maximumDepth = 256

    let bytes: [UInt8]
    var offset = 0

    var failure: Failure { Failure(offset: offset) }

    init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    mutating func value(depth: Int) throws(Failure) -> JSONNode {
      skipSpace()
      guard offset < bytes.count, depth < Self.maximumDepth else { throw failure }
      switch bytes[offset] {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .scalar(Array(bytes[try string()]))
      case UInt8(ascii: "t"): return try literal("true")
      case UInt8(ascii: "f"): return try literal("false")
      case UInt8(ascii: "n"): return try literal("null")
      default: return try number()
      }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONNode {
      offset += 1
      var members: [Member] = []
      if take("}") { return .object(members) }
      repeat {
        skipSpace()
        let range = try string()
        guard let name = JSONNode.scalar(Array(bytes[range])).text else {
          throw Failure(offset: range.lowerBound)
        }
        guard take(":") else { throw failure }
        members.append(Member(name: name, value: try value(depth: depth + 1)))
      } while take(",")
      guard take("}") else { throw failure }
      return .object(members)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONNode {
      offset += 1
      var elements: [JSONNode] = []
      if take("]") { return .array(elements) }
      repeat { elements.append(try value(depth: depth + 1)) } while take(",")
      guard take("]") else { throw failure }
      return .array(elements)
    }

    /// Where a string stands, with its quotes; its escapes are read by whoever wants its text.
    private mutating func string() throws(Failure) -> Range<Int> {
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw failure }
      let start = offset
      var hasEscapes = false
      offset += 1
      while offset < bytes.count {
        switch bytes[offset] {
        case UInt8(ascii: "\""):
          offset += 1
          if hasEscapes, JSONNode.scalar(Array(bytes[start..<offset])).text == nil {
            throw Failure(offset: start)
          }
          return start..<offset
        case UInt8(ascii: "\\"):
          hasEscapes = true
          offset += 2
        case 0..<0x20: throw failure
        default: offset += 1
        }
      }
      offset = min(offset, bytes.count)
      throw failure
    }

    private mutating func number() throws(Failure) -> JSONNode {
      let start = offset
      while offset < bytes.count, "0123456789+-.eE".utf8.contains(bytes[offset]) { offset += 1 }
      let text = bytes[start..<offset]
      guard let first = text.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
        Double(String(decoding: text, as: UTF8.self)) != nil
      else { throw Failure(offset: start) }
      return .scalar(Array(text))
    }

    private mutating func literal(_ text: String) throws(Failure) -> JSONNode {
      guard bytes[offset...].starts(with: text.utf8) else { throw failure }
      offset += text.utf8.count
      return .scalar(Array(text.utf8))
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
      offset += 1
      return true
    }

    mutating func skipSpace() {
      while offset < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) { offset += 1 }
    }
  }
}
