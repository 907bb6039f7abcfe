/// Durations, of which percentiles are asked: exact while they are few, then in buckets of bounded width.
///
/// A bucket spans a 32nd of an octave, and answers with its middle; so no percentile is off by more than 1/64 (1.6 %).
/// The largest is always exact. Takes at most 8 KiB.
public struct DurationSketch: Sendable {
  /// Up to as many durations percentiles are exact.
  public static let exactLimit = 256

  private static let bitsPerOctave = 5
  private static let bucketsPerOctave = 1 << bitsPerOctave

  public private(set) var count: UInt64 = 0
  /// Nanoseconds.
  public private(set) var largest: Int64 = 0
  /// While they are few, in no order.
  private var exact: [Int64] = []
  /// Later: how many fell into each bucket, from `firstBucket` on.
  private var buckets: [UInt32] = []
  private var firstBucket = 0

  public init() {}

  /// Adds a duration in nanoseconds; a negative one, of clocks that were set, counts as 0.
  public mutating func add(_ nanoseconds: Int64) {
    let duration = max(0, nanoseconds)
    count += 1
    largest = max(largest, duration)
    if buckets.isEmpty, exact.count < Self.exactLimit {
      exact.append(duration)
    } else {
      leaveExact()
      fill(Self.bucket(of: duration), by: 1)
    }
  }

  public mutating func merge(_ other: DurationSketch) {
    for duration in other.exact { add(duration) }
    guard !other.buckets.isEmpty else { return }
    leaveExact()
    for (offset, filling) in other.buckets.enumerated() where filling > 0 {
      fill(other.firstBucket + offset, by: filling)
    }
    count += other.count
    largest = max(largest, other.largest)
  }

  /// The least duration that `percent` of all do not exceed (nearest rank); nil where there are none.
  public func percentile(_ percent: UInt64) -> Int64? {
    guard count > 0 else { return nil }
    let (high, low) = count.multipliedFullWidth(by: percent)
    let (quotient, remainder) = UInt64(100).dividingFullWidth((high, low))
    let rank = max(1, quotient + (remainder > 0 ? 1 : 0))
    if buckets.isEmpty { return exact.sorted()[Int(rank) - 1] }
    var seen: UInt64 = 0
    for (offset, filling) in buckets.enumerated() {
      seen += UInt64(filling)
      if seen >= rank { return min(largest, Self.middle(of: firstBucket + offset)) }
    }
    return largest
  }

  // MARK: Buckets

  private mutating func leaveExact() {
    for duration in exact { fill(Self.bucket(of: duration), by: 1) }
    exact = []
  }

  private mutating func fill(_ bucket: Int, by filling: UInt32) {
    if buckets.isEmpty { firstBucket = bucket }
    if bucket < firstBucket {
      buckets.insert(contentsOf: repeatElement(0, count: firstBucket - bucket), at: 0)
      firstBucket = bucket
    }
    let missing = bucket - firstBucket - buckets.count + 1
    if missing > 0 { buckets.append(contentsOf: repeatElement(0, count: missing)) }
    let (sum, overflow) = buckets[bucket - firstBucket].addingReportingOverflow(filling)
    buckets[bucket - firstBucket] = overflow ? .max : sum
  }

  /// Below 32 ns a bucket each; then 32 from each power of two to the next.
  private static func bucket(of duration: Int64) -> Int {
    guard duration >= bucketsPerOctave else { return Int(duration) }
    let octave = Int64.bitWidth - 1 - duration.leadingZeroBitCount - bitsPerOctave
    return octave << bitsPerOctave + Int(duration >> octave)
  }

  private static func middle(of bucket: Int) -> Int64 {
    guard bucket >= 2 * bucketsPerOctave else { return Int64(bucket) }
    let octave = bucket >> bitsPerOctave - 1
    let start = Int64(bucket - octave << bitsPerOctave) << octave
    return start + (1 << octave) / 2
  }
}
