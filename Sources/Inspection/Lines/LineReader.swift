import SessionEvents

/// A line of a protocol of commands and replies.
struct CommandLine {
  /// Without the line end, at most as many bytes as the limits allow.
  var text: [UInt8]
  /// The last bytes, without the line end; those of `text` where that is whole.
  var tail: ArraySlice<UInt8>
  /// Of the whole line, line end included.
  var byteCount: Int
  /// Of the first byte in its stream.
  var offset: UInt64
  var start: Sighting
  /// Of its last byte.
  var end: Sighting
  /// How it ends: with CRLF, with LF alone, or not at all, because the stream does.
  var ending: Ending

  /// The stream offset behind it.
  var endOffset: UInt64 { offset + UInt64(byteCount) }

  enum Ending {
    case whole
    case bareLineFeed
    case missing
  }
}

/// Cuts a stream into lines, however it was split; of long ones it keeps the beginning and the end.
struct LineReader {
  /// What is kept of the end of a line: enough for the size of a literal (RFC 9051 §4.3).
  private static let tailByteCount = 32

  private let limit: Int
  private var text: [UInt8] = []
  private var tail: [UInt8] = []
  private var byteCount = 0
  private var start: Sighting?
  private var last: Sighting?

  init(limit: Int) {
    self.limit = max(LineReader.tailByteCount, limit)
  }

  /// Whether a line has begun and not ended.
  var isWithinLine: Bool { start != nil }
  /// How much there is of the line that has begun.
  var unfinishedByteCount: Int { byteCount }

  /// Forgets an unfinished line.
  mutating func reset() {
    text = []
    tail = []
    byteCount = 0
    start = nil
    last = nil
  }

  /// Takes bytes from `position` on, up to a line's end; nil where all are taken and the line goes on.
  ///
  /// `offset` is the stream offset of `position`.
  mutating func next(
    _ bytes: [UInt8], _ position: inout Int, offset: UInt64, at sighting: Sighting
  ) -> CommandLine? {
    let first = position
    let feed = firstLineFeed(bytes, position)
    let end = feed.map { $0 + 1 } ?? bytes.count
    keep(bytes[position..<(feed ?? end)], upTo: end, sighting)
    position = end
    guard feed != nil else { return nil }
    return take(endsAt: offset + UInt64(end - first), hasLineFeed: true)
  }

  /// What there is of an unfinished line at the end of the stream, which is `offset`.
  mutating func finish(offset: UInt64) -> CommandLine? {
    take(endsAt: offset, hasLineFeed: false)
  }

  private mutating func keep(_ content: ArraySlice<UInt8>, upTo end: Int, _ sighting: Sighting) {
    if start == nil { start = sighting }
    last = sighting
    byteCount += end - content.startIndex
    let beginning = content.prefix(limit + 1 - text.count)
    text += beginning
    guard text.count > limit else { return }
    if tail.isEmpty { tail = text.suffix(LineReader.tailByteCount) }
    tail += content.dropFirst(beginning.count).suffix(LineReader.tailByteCount)
    if tail.count > LineReader.tailByteCount { tail.removeFirst(tail.count - LineReader.tailByteCount) }
  }

  private mutating func take(endsAt end: UInt64, hasLineFeed: Bool) -> CommandLine? {
    guard let start, let last else { return nil }
    let isCut = byteCount - (hasLineFeed ? 1 : 0) > text.count
    var ending = isCut ? tail[...] : text[...]
    let hasCarriageReturn = hasLineFeed && ending.last == UInt8(ascii: "\r")
    if hasCarriageReturn {
      ending.removeLast()
      if !isCut { text.removeLast() }
    }
    defer { reset() }
    return CommandLine(
      text: Array(text.prefix(limit)), tail: ending.suffix(LineReader.tailByteCount), byteCount: byteCount,
      offset: end - UInt64(byteCount), start: start, end: last,
      ending: !hasLineFeed ? .missing : hasCarriageReturn ? .whole : .bareLineFeed)
  }
}

/// Where the next line feed stands.
func firstLineFeed(_ bytes: [UInt8], _ start: Int) -> Int? {
  let span = bytes.span
  var position = start
  while position < span.count {
    if span[position] == UInt8(ascii: "\n") { return position }
    position += 1
  }
  return nil
}
