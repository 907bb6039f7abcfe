import Replay
import TestSupport
import Testing

@Suite struct `Duration sketch` {
  private func sketch(_ durations: [Int64]) -> DurationSketch {
    var sketch = DurationSketch()
    for duration in durations { sketch.add(duration) }
    return sketch
  }

  /// The nearest rank, by sorting.
  private func exact(_ durations: [Int64], _ percent: Int) -> Int64 {
    let rank = max(1, (durations.count * percent + 99) / 100)
    return durations.sorted()[rank - 1]
  }

  @Test func `is exact while durations are few`() {
    let durations = (1...Int64(DurationSketch.exactLimit)).map { $0 * 1_000 }.reversed()
    let sketch = sketch(Array(durations))
    #expect(sketch.percentile(50) == 128_000)
    #expect(sketch.percentile(99) == 254_000)
    #expect(sketch.percentile(100) == 256_000)
    #expect(sketch.percentile(0) == 1_000)
    #expect(sketch.largest == 256_000)
  }

  @Test func `knows nothing of none, and everything of one`() {
    #expect(DurationSketch().percentile(50) == nil)
    #expect(sketch([7]).percentile(1) == 7)
    #expect(sketch([-5]).percentile(50) == 0)
    #expect(sketch([.max]).percentile(50) == .max)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `is off by 1 in 64 at most, however many there are`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let count = 300 + Int(random.next() % 5_000)
    // Of every magnitude.
    let durations = (0..<count).map { _ in Int64(random.next() >> (1 + random.next() % 63)) }
    let sketch = sketch(durations)
    #expect(sketch.count == UInt64(count))
    #expect(sketch.largest == durations.max())
    for percent in [1, 10, 50, 90, 99, 100] {
      let truth = exact(durations, percent)
      let found = sketch.percentile(UInt64(percent)) ?? -1
      #expect((found - truth).magnitude <= truth.magnitude / 64 + 1, "p\(percent): \(found) for \(truth)")
    }
  }

  @Test(arguments: [(10, 20), (10, 1_000), (1_000, 10), (1_000, 2_000)])
  func `says the same of two that are merged as of one`(counts: (Int, Int)) {
    var random = SeededRandom(seed: 9)
    let one = (0..<counts.0).map { _ in Int64(random.next() % 1_000_000) }
    let other = (0..<counts.1).map { _ in Int64(random.next() % 1_000_000_000) }
    var merged = sketch(one)
    merged.merge(sketch(other))
    let whole = sketch(one + other)
    #expect(merged.count == whole.count)
    #expect(merged.largest == whole.largest)
    for percent in [1, 50, 90, 99, 100] as [UInt64] {
      #expect(merged.percentile(percent) == whole.percentile(percent))
    }
  }
}
