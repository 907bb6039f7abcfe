import SessionEvents

/// A message of PostgreSQL's protocol (version 3, "Message Formats").
struct PostgreSQLMessage {
  /// Nil for a client's first.
  var type: UInt8?
  /// What follows type and length, as much of it as the limits allow.
  var body: [UInt8]
  /// Of all of it.
  var byteCount: UInt64
  var offset: UInt64
  var start: Sighting
  var end: Sighting

  /// The text up to the next zero byte, and what follows it.
  static func text(_ bytes: ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
    return (bytes[..<end], bytes[end...].dropFirst())
  }

  /// Texts up to an empty one, in pairs.
  var pairs: [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
    var pairs: [(ArraySlice<UInt8>, ArraySlice<UInt8>)] = []
    var rest = body.dropFirst(type == nil ? 4 : 0)
    while !rest.isEmpty, rest.first != 0 {
      let (key, afterKey) = Self.text(rest)
      let (value, afterValue) = Self.text(afterKey)
      pairs.append((key, value))
      rest = afterValue
    }
    return pairs
  }

  /// A number of four bytes in the body.
  func number(at position: Int) -> UInt32? {
    guard body.count >= position + 4 else { return nil }
    return body[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// Reads the messages of one direction, however its bytes are split; of large ones it keeps the beginning.
struct PostgreSQLReader {
  enum Step {
    case message(PostgreSQLMessage)
    /// Bytes of a CopyData, of which no message is made; with the first come so many bytes of type and length.
    case copied(Range<Int>, headerByteCount: Int)
    /// The byte with which a server answers before there are messages.
    case answer(UInt8)
    /// What stands there is no message; the bytes up to here belong to nothing.
    case invalid(offset: UInt64, detail: String)
  }

  /// What comes next.
  enum Expectation {
    case startup
    case message
    /// One byte, unless it is the type of an error message.
    case answer
  }

  var expectation: Expectation
  private let limits: CommandLimits
  private let types: Set<UInt8>
  private let isClient: Bool
  /// The header that has been read so far, and the body.
  private var header: [UInt8] = []
  private var body: [UInt8] = []
  private var rest: UInt64 = 0
  private var byteCount: UInt64 = 0
  private var isInBody = false
  private var start: (offset: UInt64, sighting: Sighting)?

  private static let headerByteCount = 5
  static let copyData = UInt8(ascii: "d")
  private static let dataRow = UInt8(ascii: "D")
  static let clientTypes = Set("QPBDECSHFXpdcf".utf8)
  static let serverTypes = Set("RSKZTDCIEN123AnstvVGHWdc".utf8)

  init(_ direction: Direction, limits: CommandLimits) {
    self.limits = limits
    isClient = direction == .clientToServer
    expectation = isClient ? .startup : .message
    types = isClient ? Self.clientTypes : Self.serverTypes
  }

  /// Whether a message has begun and not ended.
  var isWithinMessage: Bool { start != nil }
  /// How much is missing of a body that has begun.
  var bodyRest: UInt64? { isInBody ? rest : nil }
  var isCopying: Bool { isInBody && header.first == Self.copyData }

  mutating func reset() {
    header = []
    body = []
    isInBody = false
    start = nil
  }

  /// Passes over missing bytes of a body, of which more than these are missing.
  mutating func skip(_ count: UInt64) {
    rest -= count
  }

  /// Takes bytes from `position` on, whose stream offset is `offset`; nil where more are needed.
  mutating func advance(
    _ bytes: [UInt8], _ position: inout Int, offset: UInt64, at sighting: Sighting
  ) -> Step? {
    let first = position
    while position < bytes.count {
      if isInBody {
        if let step = readBody(bytes, &position, at: sighting) { return step }
        continue
      }
      if header.isEmpty { start = (offset + UInt64(position - first), sighting) }
      header.append(bytes[position])
      position += 1
      if let step = readHeader(at: sighting) { return step }
    }
    return nil
  }

  /// A type and a length that counts itself; a client's first message has no type.
  private mutating func readHeader(at sighting: Sighting) -> Step? {
    let prefix: Int
    switch expectation {
    case .answer where header[0] != UInt8(ascii: "E"):
      defer { reset() }
      expectation = .message
      return .answer(header[0])
    case .startup where header[0] == 0: prefix = 0
    case .answer, .startup, .message: prefix = 1
    }
    if prefix == 1, !types.contains(header[0]) { return fail("byte \(header[0]) is no type of a message") }
    guard header.count == prefix + 4 else { return nil }
    let length = header[prefix...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 4, length <= limits.messageByteCount else {
      return fail("\(length) bytes is no length of a message")
    }
    rest = length - 4
    byteCount = length + UInt64(prefix)
    body = []
    isInBody = true
    return rest == 0 ? finish(at: sighting) : nil
  }

  private mutating func readBody(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Step? {
    let range = position..<position + Int(min(UInt64(bytes.count - position), rest))
    let isCopied = isCopying
    let isFirst = rest == byteCount - UInt64(header.count)
    if !isCopied, header[0] != Self.dataRow || isClient {
      body += bytes[range].prefix(max(0, limits.textByteCount + 64 - body.count))
    }
    position = range.upperBound
    rest -= UInt64(range.count)
    guard isCopied else { return rest == 0 ? finish(at: sighting) : nil }
    if rest == 0 { reset() }
    return .copied(range, headerByteCount: isFirst ? Self.headerByteCount : 0)
  }

  private mutating func finish(at sighting: Sighting) -> Step {
    let isTyped = expectation != .startup || header[0] != 0
    expectation = .message
    let message = PostgreSQLMessage(
      type: isTyped ? header[0] : nil, body: body, byteCount: byteCount, offset: start?.offset ?? 0,
      start: start?.sighting ?? sighting, end: sighting)
    reset()
    return .message(message)
  }

  private mutating func fail(_ detail: String) -> Step {
    defer { reset() }
    return .invalid(offset: start?.offset ?? 0, detail: detail)
  }
}
