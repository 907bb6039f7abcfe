import SessionEvents

/// Reads the values of one direction, however its bytes are split.
///
/// ```text
/// header ─a scalar→ header
///        ─$ n→ bulk ─n bytes→ its line end → header
///        ─* n→ header, one level deeper, n times
/// ```
///
/// Of large strings it keeps the beginning; what is in them can be measured as it passes.
struct RESPReader {
  enum Step {
    case value(RESPValue)
    /// Bytes of a string that is too long to be told.
    case payload(Range<Int>)
    /// What stands there is no value; the bytes from `start` on belong to nothing.
    case invalid(start: UInt64, offset: UInt64, detail: String)
  }

  private enum State {
    case header
    case bulk(rest: UInt64, isMeasured: Bool)
    case bulkEnd(rest: Int)
  }

  /// An aggregate that has begun.
  private struct Frame {
    var rest: UInt64
    /// Of RESP 3: facts about the value that follows, which are passed over.
    var isAttribute: Bool
    var hasBrackets: Bool
  }

  private let direction: Direction
  private let limits: CommandLimits
  private var lines: LineReader
  private var state: State = .header
  private var frames: [Frame] = []
  private var text: RESPText
  private var scalar: [UInt8] = []
  /// The value that has begun: its outermost type, size and place.
  private var type: UInt8?
  private var elementCount: UInt64?
  private var isNull = false
  private var start: (offset: UInt64, sighting: Sighting)?

  init(_ direction: Direction, limits: CommandLimits) {
    self.direction = direction
    self.limits = limits
    lines = LineReader(limit: limits.textByteCount)
    text = RESPText(limit: limits.textByteCount)
  }

  /// Whether a value has begun and not ended.
  var isWithinValue: Bool { start != nil || lines.isWithinLine }
  /// The string bytes that are still to come, of the one that is being read.
  var bulkRest: UInt64? {
    if case .bulk(let rest, _) = state { rest } else { nil }
  }

  /// Forgets what has begun.
  mutating func reset() {
    lines.reset()
    state = .header
    forget()
  }

  /// Passes over missing bytes of a string.
  mutating func skip(_ byteCount: UInt64) {
    if case .bulk(let rest, let isMeasured) = state {
      state = .bulk(rest: rest - byteCount, isMeasured: isMeasured)
    }
  }

  /// Takes bytes from `position` on, whose stream offset is `offset`; nil where more are needed.
  mutating func advance(
    _ bytes: [UInt8], _ position: inout Int, offset: UInt64, at sighting: Sighting
  ) -> Step? {
    let first = position
    while position < bytes.count {
      let here = offset + UInt64(position - first)
      switch state {
      case .header:
        guard let line = lines.next(bytes, &position, offset: here, at: sighting) else { return nil }
        if let step = receive(line) { return step }
      case .bulk(let rest, let isMeasured):
        if let step = readBulk(bytes, &position, rest, isMeasured) { return step }
      case .bulkEnd(let rest):
        let isExpected = bytes[position] == (rest == 2 ? UInt8(ascii: "\r") : UInt8(ascii: "\n"))
        guard isExpected else { return fail(at: here, "no line end where a string should end") }
        position += 1
        state = .bulkEnd(rest: rest - 1)
        if rest == 1 {
          state = .header
          if let value = finishScalar(scalar, endOffset: here + 1, at: sighting) { return .value(value) }
        }
      }
    }
    return nil
  }

  private mutating func readBulk(
    _ bytes: [UInt8], _ position: inout Int, _ rest: UInt64, _ isMeasured: Bool
  ) -> Step? {
    let range = position..<position + Int(min(UInt64(bytes.count - position), rest))
    scalar += bytes[range].prefix(max(0, limits.textByteCount - scalar.count))
    position = range.upperBound
    let left = rest - UInt64(range.count)
    state = left == 0 ? .bulkEnd(rest: 2) : .bulk(rest: left, isMeasured: isMeasured)
    return isMeasured ? .payload(range) : nil
  }

  // MARK: Headers

  private mutating func receive(_ line: CommandLine) -> Step? {
    // Servers send empty lines to keep a replica waiting, people type them.
    guard let type = line.text.first else { return nil }
    if start == nil { start = (line.offset, line.start) }
    if frames.isEmpty { self.type = type }
    let rest = line.text.dropFirst()
    switch type {
    case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "%"), UInt8(ascii: "|"):
      return openAggregate(type, rest, line)
    case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="):
      return openBulk(rest, line)
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "#"),
      UInt8(ascii: "("):
      guard isTypical(type, rest) else { break }
      return finishScalar(Array(rest), endOffset: line.endOffset, at: line.end).map { .value($0) }
    case UInt8(ascii: "_"):
      isNull = frames.isEmpty
      return finishScalar(Array("(nil)".utf8), endOffset: line.endOffset, at: line.end).map { .value($0) }
    default:
      break
    }
    guard direction == .clientToServer, frames.isEmpty, let words = RESPInline.words(line.text) else {
      return fail(at: line.offset, "\(excerpt(line.text)) begins no value")
    }
    self.type = nil
    for word in words { text.add(word) }
    elementCount = UInt64(words.count)
    return .value(take(endOffset: line.endOffset, at: line.end))
  }

  private func isTypical(_ type: UInt8, _ rest: ArraySlice<UInt8>) -> Bool {
    switch type {
    case UInt8(ascii: ":"):
      decimal(rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") ? rest.dropFirst() : rest)
        != nil
    case UInt8(ascii: "#"): rest == [UInt8(ascii: "t")] || rest == [UInt8(ascii: "f")]
    default: true
    }
  }

  private mutating func openAggregate(_ type: UInt8, _ rest: ArraySlice<UInt8>, _ line: CommandLine) -> Step?
  {
    if rest == [UInt8(ascii: "-"), UInt8(ascii: "1")] { return finishNull(line) }
    guard let count = decimal(rest), count <= UInt64(Int32.max) else {
      return fail(at: line.offset, "\(excerpt(line.text)) announces no number of elements")
    }
    guard frames.count < limits.nestingDepth else {
      return fail(at: line.offset, "arrays within arrays, deeper than \(limits.nestingDepth)")
    }
    let isPairs = type == UInt8(ascii: "%") || type == UInt8(ascii: "|")
    let isAttribute = type == UInt8(ascii: "|")
    if frames.isEmpty, !isAttribute { elementCount = count }
    let hasBrackets = !isAttribute && !isWithinAttribute && frames.contains { !$0.isAttribute }
    if hasBrackets { text.open() }
    frames.append(
      Frame(rest: isPairs ? count * 2 : count, isAttribute: isAttribute, hasBrackets: hasBrackets))
    return closeFrames(endOffset: line.endOffset, at: line.end).map { .value($0) }
  }

  private mutating func openBulk(_ rest: ArraySlice<UInt8>, _ line: CommandLine) -> Step? {
    if rest == [UInt8(ascii: "-"), UInt8(ascii: "1")] { return finishNull(line) }
    guard let count = decimal(rest), count <= 1 << 60 else {
      return fail(at: line.offset, "\(excerpt(line.text)) announces no length")
    }
    scalar = []
    state =
      count == 0 ? .bulkEnd(rest: 2) : .bulk(rest: count, isMeasured: count > UInt64(limits.textByteCount))
    return nil
  }

  private mutating func finishNull(_ line: CommandLine) -> Step? {
    isNull = frames.isEmpty
    return finishScalar(Array("(nil)".utf8), endOffset: line.endOffset, at: line.end).map { .value($0) }
  }

  // MARK: Values

  private var isWithinAttribute: Bool { frames.contains(where: \.isAttribute) }

  private mutating func finishScalar(_ scalar: [UInt8], endOffset: UInt64, at sighting: Sighting)
    -> RESPValue?
  {
    self.scalar = []
    if frames.isEmpty {
      text.set(scalar)
      return take(endOffset: endOffset, at: sighting)
    }
    if !isWithinAttribute { text.add(scalar) }
    frames[frames.count - 1].rest -= 1
    return closeFrames(endOffset: endOffset, at: sighting)
  }

  /// Ends the aggregates that have all their elements; returns the value where that was the outermost.
  private mutating func closeFrames(endOffset: UInt64, at sighting: Sighting) -> RESPValue? {
    while let frame = frames.last, frame.rest == 0 {
      frames.removeLast()
      if frame.hasBrackets { text.close() }
      // Behind an attribute comes the value that it belongs to.
      if frame.isAttribute { continue }
      if frames.isEmpty { return take(endOffset: endOffset, at: sighting) }
      frames[frames.count - 1].rest -= 1
    }
    return nil
  }

  private mutating func take(endOffset: UInt64, at sighting: Sighting) -> RESPValue {
    defer { forget() }
    let offset = start?.offset ?? endOffset
    return RESPValue(
      type: type, text: text.bytes, first: text.first ?? [], second: text.second ?? [],
      elementCount: elementCount, isNull: isNull, byteCount: endOffset - offset, offset: offset,
      start: start?.sighting ?? sighting, end: sighting)
  }

  private mutating func fail(at offset: UInt64, _ detail: String) -> Step {
    let start = start?.offset ?? offset
    reset()
    return .invalid(start: start, offset: offset, detail: detail)
  }

  private mutating func forget() {
    frames = []
    text = RESPText(limit: limits.textByteCount)
    scalar = []
    type = nil
    elementCount = nil
    isNull = false
    start = nil
  }
}

/// A command typed as a line of words.
enum RESPInline {
  /// The words, some of which may be quoted; nil where the line is no such command.
  static func words(_ line: [UInt8]) -> [[UInt8]]? {
    guard let first = line.first, CommandVocabulary.isLetter(first),
      line.allSatisfy({ $0 >= 0x20 || $0 == 0x09 })
    else { return nil }
    var words: [[UInt8]] = []
    var word: [UInt8]?
    var quote: UInt8?
    for byte in line {
      if let open = quote {
        if byte == open { quote = nil } else { word?.append(byte) }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
        word = word ?? []
      } else if isWhitespace(byte) {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? []) + [byte]
      }
    }
    if let word { words.append(word) }
    return words
  }
}
