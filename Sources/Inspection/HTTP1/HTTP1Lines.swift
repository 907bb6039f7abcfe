/// Cuts a stream into lines, each given whole however the stream was split.
///
/// A line that lies within one piece is given in place, without copying.
struct HTTP1Lines {
  /// A line and its place in the stream.
  struct Line {
    /// Without the line end.
    var text: ArraySlice<UInt8>
    /// Of the line's first byte.
    var offset: UInt64
    var hasCarriageReturn: Bool
    /// When its first byte was seen.
    var start: Sighting
    /// Of a line that came in pieces.
    fileprivate var marks: [Mark]

    /// When the byte at an index of `text` was seen.
    func sighting(at index: Int) -> Sighting {
      let distance = index - text.startIndex
      return marks.last { $0.distance <= distance }?.sighting ?? start
    }

    /// The stream offset of the byte at an index of `text`.
    func offset(at index: Int) -> UInt64 {
      offset + UInt64(index - text.startIndex)
    }
  }

  enum Next {
    /// All bytes are taken, and the line goes on.
    case incomplete
    case line(Line)
    /// The line, which began there, reached the limit without an end.
    case tooLong(offset: UInt64)
  }

  /// What to do about a line that reaches the limit.
  enum Overflow: Equatable {
    /// Pass over it to its end.
    case passOver
    /// Forget all but its last so many bytes, and go on.
    case slide(keeping: Int)
  }

  /// From `distance` into the line on, bytes were seen then.
  fileprivate struct Mark {
    var distance: Int
    var sighting: Sighting
  }

  private let limit: Int
  private var buffer: [UInt8] = []
  private var marks: [Mark] = []
  private var isPassingOver = false
  /// Bytes taken so far, and bytes missing.
  private var offset: UInt64 = 0

  init(limit: Int) {
    self.limit = max(16, limit)
  }

  /// What there is of an unfinished line.
  var unfinished: Line? {
    guard let start = marks.first?.sighting else { return nil }
    return Line(
      text: buffer[...], offset: offset - UInt64(buffer.count), hasCarriageReturn: false, start: start,
      marks: marks)
  }

  /// Forgets an unfinished line.
  mutating func reset() {
    buffer.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
    isPassingOver = false
  }

  /// Takes bytes from `position` on, up to a line's end; `offset` is the stream offset of `position`.
  mutating func next(
    _ bytes: [UInt8], _ position: inout Int, offset start: UInt64, at sighting: Sighting,
    overflow: Overflow = .passOver
  ) -> Next {
    let began = position
    defer { offset = start + UInt64(position - began) }
    if isPassingOver {
      guard let end = lineFeed(bytes, position, bytes.count) else {
        position = bytes.count
        return .incomplete
      }
      position = end + 1
      isPassingOver = false
    }
    while position < bytes.count {
      let end = position + min(limit - buffer.count, bytes.count - position)
      if let feed = lineFeed(bytes, position, end) {
        let from = position
        position = feed + 1
        return .line(take(bytes, from..<feed, start + UInt64(from - began), sighting))
      }
      keep(bytes, position..<end, sighting)
      position = end
      guard buffer.count == limit else { continue }
      let lineOffset = start + UInt64(position - began) - UInt64(limit)
      switch overflow {
      case .passOver:
        reset()
        isPassingOver = true
      case .slide(let count):
        slide(keeping: count)
      }
      return .tooLong(offset: lineOffset)
    }
    return .incomplete
  }

  private mutating func take(
    _ bytes: [UInt8], _ range: Range<Int>, _ offset: UInt64, _ sighting: Sighting
  ) -> Line {
    guard !buffer.isEmpty else { return line(bytes[range], offset, sighting, []) }
    keep(bytes, range, sighting)
    let whole = line(
      buffer[...], offset + UInt64(range.count) - UInt64(buffer.count), marks.first?.sighting ?? sighting,
      marks)
    buffer = []
    marks.removeAll(keepingCapacity: true)
    return whole
  }

  private func line(
    _ text: ArraySlice<UInt8>, _ offset: UInt64, _ start: Sighting, _ marks: [Mark]
  ) -> Line {
    let hasCarriageReturn = text.last == UInt8(ascii: "\r")
    return Line(
      text: hasCarriageReturn ? text.dropLast() : text, offset: offset, hasCarriageReturn: hasCarriageReturn,
      start: start, marks: marks)
  }

  private mutating func keep(_ bytes: [UInt8], _ range: Range<Int>, _ sighting: Sighting) {
    guard !range.isEmpty else { return }
    if marks.last?.sighting != sighting { marks.append(Mark(distance: buffer.count, sighting: sighting)) }
    buffer += bytes[range]
  }

  private mutating func slide(keeping count: Int) {
    let dropped = buffer.count - min(count, buffer.count)
    buffer.removeFirst(dropped)
    let current = marks.lastIndex { $0.distance <= dropped } ?? 0
    marks.removeFirst(current)
    for index in marks.indices { marks[index].distance = max(0, marks[index].distance - dropped) }
  }

  private func lineFeed(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
    let span = bytes.span
    var position = start
    while position < end {
      if span[position] == UInt8(ascii: "\n") { return position }
      position += 1
    }
    return nil
  }
}
