/// What a header carries: the captured range, and how much of it was not captured.
struct PayloadPart {
  var range: Range<Int>
  var missingByteCount: Int

  init(range: Range<Int>, missingByteCount: Int) {
    self.range = range
    self.missingByteCount = missingByteCount
  }

  /// From `start` to `end`, of which only the bytes before `capturedEnd` are there.
  init(from start: Int, to end: Int, capturedEnd: Int) {
    let captured = max(start, min(end, capturedEnd))
    range = start..<captured
    missingByteCount = max(0, end - captured)
  }

  /// The length that the headers claim, captured or not.
  var byteCount: Int { range.count + missingByteCount }

  /// The part from `count` bytes on; `count` is at most `range.count`.
  func dropping(_ count: Int) -> PayloadPart {
    PayloadPart(range: range.lowerBound + count..<range.upperBound, missingByteCount: missingByteCount)
  }

  /// At most the first `count` bytes.
  func prefix(_ count: Int) -> PayloadPart {
    PayloadPart(from: range.lowerBound, to: range.lowerBound + count, capturedEnd: range.upperBound)
  }

  /// Checks that `count` bytes were captured; were they not there on the wire either, a header's length is wrong.
  func require(_ count: Int, _ layer: PacketLayer) throws(PacketError) {
    guard range.count < count else { return }
    let offset = range.lowerBound
    guard byteCount < count else { throw .truncated(layer, offset: offset, needed: count, had: range.count) }
    throw .malformed(layer, offset: offset, .headerLength(count))
  }
}
