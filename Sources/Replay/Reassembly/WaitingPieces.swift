/// Bytes of one stream that wait for a hole before them to be filled, in stream order and without overlap.
struct WaitingPieces {
  struct Piece {
    var offset: Int64
    var bytes: [UInt8]
    /// Of the packet that brought them.
    var stamp: PacketStamp

    var end: Int64 { offset + Int64(bytes.count) }
  }

  /// What one piece costs beside its bytes.
  private static let overhead = 96

  private var pieces: [Piece] = []
  /// Bytes held, bookkeeping included.
  private(set) var cost = 0

  var isEmpty: Bool { pieces.isEmpty }
  var count: Int { pieces.count }
  var first: Piece? { pieces.first }

  /// Keeps the parts of a payload, which begins at `offset`, that lie in `range` and for which there is nothing yet; tells
  /// how the others differ from what there is.
  mutating func insert(
    _ payload: Span<UInt8>, at offset: Int64, in range: Range<Int64>, stamp: PacketStamp
  ) -> ByteDifference {
    var difference = ByteDifference()
    var cursor = range.lowerBound
    var index = firstIndex(endingAfter: cursor)
    while cursor < range.upperBound {
      guard index < pieces.count, pieces[index].offset < range.upperBound else {
        keep(payload, at: offset, range: cursor..<range.upperBound, index: index, stamp: stamp)
        break
      }
      if pieces[index].offset > cursor {
        keep(payload, at: offset, range: cursor..<pieces[index].offset, index: index, stamp: stamp)
        index += 1
      }
      let there = pieces[index]
      let shared = max(cursor, there.offset)..<min(range.upperBound, there.end)
      difference.compare(payload, at: offset, there.bytes.span, at: there.offset, in: shared)
      cursor = max(cursor, there.end)
      index += 1
    }
    return difference
  }

  /// Takes out the pieces that follow one another from `next` on.
  mutating func takeReady(from next: Int64) -> [Piece] {
    guard let first = pieces.first, first.offset <= next else { return [] }
    var end = next
    var count = 0
    while count < pieces.count, pieces[count].offset <= end {
      end = max(end, pieces[count].end)
      cost -= pieces[count].bytes.count + Self.overhead
      count += 1
    }
    let ready = Array(pieces.prefix(count))
    pieces.removeFirst(count)
    return ready
  }

  /// Counts all places from `count` bytes further on: the stream turned out to begin earlier.
  mutating func move(by count: Int64) {
    for index in pieces.indices { pieces[index].offset += count }
  }

  private mutating func keep(
    _ payload: Span<UInt8>, at offset: Int64, range: Range<Int64>, index: Int, stamp: PacketStamp
  ) {
    let part = payload.extracting(Int(range.lowerBound - offset)..<Int(range.upperBound - offset))
    pieces.insert(Piece(offset: range.lowerBound, bytes: part.copied(), stamp: stamp), at: index)
    cost += part.count + Self.overhead
  }

  private func firstIndex(endingAfter offset: Int64) -> Int {
    if let last = pieces.last, last.end <= offset { return pieces.count }
    var low = 0
    var high = pieces.count
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].end > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
