/// The last bytes of a stream that were handed on, to compare with them what comes again.
///
/// It shares the arrays that were handed on, so that keeping them costs no copy.
struct RecentBytes {
  private struct Chunk {
    var offset: Int64
    var end: Int64
    /// Empty for a gap.
    var bytes: [UInt8]
  }

  /// What came again, beside what was there.
  struct Comparison {
    var difference = ByteDifference()
    /// Whether some of it belongs where there is a gap by now.
    var meetsGap = false
  }

  /// What one chunk costs beside its bytes.
  private static let overhead = 64

  private var chunks: [Chunk] = []
  private var head = 0
  /// Bytes held, bookkeeping included.
  private(set) var cost = 0

  /// Keeps the bytes, which are the next of the stream, and forgets the oldest past `limit`.
  mutating func append(_ bytes: [UInt8], at offset: Int64, limit: Int) {
    chunks.append(Chunk(offset: offset, end: offset + Int64(bytes.count), bytes: bytes))
    cost += bytes.count + Self.overhead
    trim(to: limit)
  }

  /// Notes that the next `count` bytes of the stream are missing.
  mutating func appendGap(at offset: Int64, count: Int64, limit: Int) {
    chunks.append(Chunk(offset: offset, end: offset + count, bytes: []))
    cost += Self.overhead
    trim(to: limit)
  }

  /// Compares a payload that begins at `offset`, as far as it lies before `limit` and is remembered.
  func compare(_ payload: Span<UInt8>, at offset: Int64, before limit: Int64) -> Comparison {
    var comparison = Comparison()
    let end = min(limit, offset + Int64(payload.count))
    for chunk in chunks[head...].reversed() {
      if chunk.end <= offset { break }
      let shared = max(offset, chunk.offset)..<max(max(offset, chunk.offset), min(end, chunk.end))
      if shared.isEmpty { continue }
      if chunk.bytes.isEmpty {
        comparison.meetsGap = true
      } else {
        comparison.difference.compare(payload, at: offset, chunk.bytes.span, at: chunk.offset, in: shared)
      }
    }
    return comparison
  }

  mutating func forget() {
    chunks = []
    head = 0
    cost = 0
  }

  private mutating func trim(to limit: Int) {
    while cost > limit, head < chunks.count {
      cost -= chunks[head].bytes.count + Self.overhead
      chunks[head].bytes = []
      head += 1
    }
    guard head > 32, head > chunks.count / 2 else { return }
    chunks.removeFirst(head)
    head = 0
  }
}
