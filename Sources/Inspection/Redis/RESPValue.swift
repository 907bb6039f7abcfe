import SessionEvents

/// One value at the top level of a stream of RESP (Redis serialization protocol, versions 2 and 3).
struct RESPValue {
  /// The byte that announces it; nil for a command typed as a line of words.
  var type: UInt8?
  /// Its scalars between spaces, those that need it in quotes; at most as many bytes as the limits allow.
  var text: [UInt8]
  /// The first scalar in it, as far as that is kept.
  var first: [UInt8]
  /// The second one.
  var second: [UInt8]
  /// Elements, or pairs of a map; nil of a scalar.
  var elementCount: UInt64?
  var isNull: Bool
  var byteCount: UInt64
  var offset: UInt64
  var start: Sighting
  var end: Sighting

  var isError: Bool { type == UInt8(ascii: "-") || type == UInt8(ascii: "!") }
  var isPush: Bool { type == UInt8(ascii: ">") }

  /// What it is, in a word.
  var typeName: String {
    if isNull { return "null" }
    return switch type {
    case UInt8(ascii: "-"), UInt8(ascii: "!"): "error"
    case UInt8(ascii: ":"): "integer"
    case UInt8(ascii: ","): "double"
    case UInt8(ascii: "#"): "boolean"
    case UInt8(ascii: "("): "number"
    case UInt8(ascii: "*"): "array"
    case UInt8(ascii: "%"): "map"
    case UInt8(ascii: "~"): "set"
    case UInt8(ascii: ">"): "push"
    default: "string"
    }
  }
}

/// Puts scalars into one line.
struct RESPText {
  private let limit: Int
  private(set) var bytes: [UInt8] = []
  private(set) var first: [UInt8]?
  private(set) var second: [UInt8]?

  init(limit: Int) {
    self.limit = limit
  }

  var isFull: Bool { bytes.count >= limit }

  /// Adds a scalar of an aggregate, quoted where it would not be one word.
  mutating func add(_ scalar: [UInt8]) {
    remember(scalar)
    guard !isFull else { return }
    space()
    append(RESPText.quoted(scalar, limit: limit))
  }

  /// Takes a scalar that stands alone, as it is.
  mutating func set(_ scalar: [UInt8]) {
    remember(scalar)
    append(scalar)
  }

  mutating func open() {
    space()
    append([UInt8(ascii: "[")])
  }

  mutating func close() {
    append([UInt8(ascii: "]")])
  }

  private mutating func remember(_ scalar: [UInt8]) {
    if first == nil { first = scalar } else if second == nil { second = scalar }
  }

  private mutating func space() {
    if let last = bytes.last, last != UInt8(ascii: "[") { append([UInt8(ascii: " ")]) }
  }

  private mutating func append(_ more: [UInt8]) {
    bytes += more.prefix(max(0, limit - bytes.count))
  }

  /// In quotes where it would not be one word; other bytes stay as they are, for whoever writes them knows how.
  private static func quoted(_ scalar: [UInt8], limit: Int) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    let escape = UInt8(ascii: "\\")
    let isWord =
      !scalar.isEmpty && scalar.allSatisfy { $0 > 0x20 && $0 != quote && $0 != escape && $0 != 0x7f }
    if isWord { return scalar }
    var quoted = [quote]
    for byte in scalar where quoted.count < limit {
      if byte == quote || byte == escape { quoted.append(escape) }
      quoted.append(byte)
    }
    return quoted + [quote]
  }
}
