import SessionEvents

/// Reads a text that ends with a dot alone on a line, and in which lines that begin with a dot have one more
/// (RFC 5321 §4.5.2, RFC 1939 §3).
///
/// ```text
/// lineStart ─"."→ dot ─CR→ dotReturn ─LF→ the end
///     ↑  ↘other      ↘other ↙other
///     └─LF─ middle ←────────┘
/// ```
struct DotReader {
  private enum State {
    case lineStart
    case dot
    case dotReturn
    case middle
  }

  private var state: State = .lineStart
  /// Whether the line end before the current line was CRLF; the one before the text counts as that.
  private var followsWholeLineEnd = true
  /// Whether the last byte was a carriage return.
  private var hasReturn = false
  /// Whether a dot ends the text also where a carriage return is missing around it.
  private let acceptsBareLineFeeds: Bool
  /// Lines of the text so far.
  private(set) var lineCount: UInt64 = 0
  /// Where a dot stood alone on a line that does not end the text, but does for some receivers.
  private(set) var ambiguousEnd: UInt64?

  init(acceptsBareLineFeeds: Bool = true) {
    self.acceptsBareLineFeeds = acceptsBareLineFeeds
  }

  /// Bytes are missing: what follows is in the midst of a line.
  mutating func lose() {
    state = .middle
    hasReturn = false
    followsWholeLineEnd = true
  }

  /// Takes bytes from `position` on, whose stream offset is `offset`, and gives the text to `output`; true at its end.
  mutating func read(
    _ bytes: [UInt8], _ position: inout Int, offset: UInt64, output: (Span<UInt8>) -> Void
  ) -> Bool {
    let start = position
    while position < bytes.count {
      switch state {
      case .middle:
        let end = firstLineFeed(bytes, position).map { $0 + 1 } ?? bytes.count
        readRest(bytes, position..<end, output)
        position = end
      case .lineStart, .dot, .dotReturn:
        let byte = bytes[position]
        position += 1
        if readBeginning(byte, at: offset + UInt64(position - start), output) { return true }
      }
    }
    return false
  }

  private mutating func readRest(_ bytes: [UInt8], _ range: Range<Int>, _ output: (Span<UInt8>) -> Void) {
    output(bytes.span.extracting(range))
    let last = bytes[range.upperBound - 1]
    if last == UInt8(ascii: "\n") {
      let isWhole = range.count > 1 ? bytes[range.upperBound - 2] == UInt8(ascii: "\r") : hasReturn
      endLine(isWhole: isWhole)
    } else {
      hasReturn = last == UInt8(ascii: "\r")
    }
  }

  private mutating func endLine(isWhole: Bool) {
    lineCount += 1
    followsWholeLineEnd = isWhole
    hasReturn = false
    state = .lineStart
  }

  /// Takes one of the first bytes of a line, the last of which stands before `offset`.
  private mutating func readBeginning(
    _ byte: UInt8, at offset: UInt64, _ output: (Span<UInt8>) -> Void
  ) -> Bool {
    switch (state, byte) {
    case (.lineStart, UInt8(ascii: ".")):
      state = .dot
    case (.dot, UInt8(ascii: "\r")):
      state = .dotReturn
    case (.dot, UInt8(ascii: "\n")):
      return end(at: offset, isWhole: false, byte, output)
    case (.dotReturn, UInt8(ascii: "\n")):
      return end(at: offset, isWhole: true, byte, output)
    case (.dotReturn, _):
      readOn(dot + [UInt8(ascii: "\r"), byte], output)
    case (.dot, _):
      readOn(dot + [byte], output)
    case (.lineStart, _), (.middle, _):
      readOn([byte], output)
    }
    return false
  }

  /// The dot at the beginning, where it belongs to the text: one that no sender has put in front of it.
  private var dot: [UInt8] { followsWholeLineEnd || acceptsBareLineFeeds ? [] : [UInt8(ascii: ".")] }

  private mutating func readOn(_ bytes: [UInt8], _ output: (Span<UInt8>) -> Void) {
    state = .middle
    readRest(bytes, 0..<bytes.count, output)
  }

  /// A dot stood alone on a line.
  private mutating func end(
    at offset: UInt64, isWhole: Bool, _ byte: UInt8, _ output: (Span<UInt8>) -> Void
  ) -> Bool {
    let isProper = isWhole && followsWholeLineEnd
    if !isProper, ambiguousEnd == nil { ambiguousEnd = offset - (isWhole ? 3 : 2) }
    if isProper || acceptsBareLineFeeds { return true }
    let line = dot + (isWhole ? [UInt8(ascii: "\r"), byte] : [byte])
    output(line.span)
    endLine(isWhole: isWhole)
    return false
  }
}
