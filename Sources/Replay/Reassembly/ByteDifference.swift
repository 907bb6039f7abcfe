/// How bytes that came again differ from those that came first.
struct ByteDifference: Hashable {
  /// The place in the stream of the first that differs; nil where none does.
  private(set) var first: Int64?
  private(set) var count = 0

  /// Compares the places `range` of a stream in two copies, given with the places of their first bytes.
  mutating func compare(
    _ one: Span<UInt8>, at oneOffset: Int64, _ other: Span<UInt8>, at otherOffset: Int64,
    in range: Range<Int64>
  ) {
    guard !range.isEmpty else { return }
    let one = one.extracting(Int(range.lowerBound - oneOffset)..<Int(range.upperBound - oneOffset))
    let other = other.extracting(Int(range.lowerBound - otherOffset)..<Int(range.upperBound - otherOffset))
    for index in one.indices where one[index] != other[index] {
      add(ByteDifference(first: range.lowerBound + Int64(index), count: 1))
    }
  }

  mutating func add(_ other: ByteDifference) {
    guard let theirs = other.first else { return }
    first = min(first ?? theirs, theirs)
    count += other.count
  }
}
