/// A look at the first bytes of one direction: how they begin, and how often each value occurs.
struct ByteSample {
  /// As many of the first bytes as guesses look at.
  private(set) var start: [UInt8] = []
  /// How many bytes are counted below.
  private(set) var byteCount = 0
  /// Of each of the 256 values; empty before the first byte.
  private var counts: [UInt16] = []
  private var isStartEnded = false

  /// Takes the next bytes, as far as the limits allow.
  mutating func add(_ bytes: [UInt8], _ range: Range<Int>, _ limits: OpaqueLimits) {
    if !isStartEnded, start.count < limits.guessByteCount {
      start += bytes[range].prefix(limits.guessByteCount - start.count)
    }
    // Counts of 16 bits hold that many.
    let room = min(limits.sampleByteCount, Int(UInt16.max)) - byteCount
    guard room > 0, !range.isEmpty else { return }
    if counts.isEmpty { counts = [UInt16](repeating: 0, count: 256) }
    for position in range.prefix(room) { counts[Int(bytes[position])] += 1 }
    byteCount += min(room, range.count)
  }

  /// Takes what another sample saw, as if it had followed; nothing where that could not be counted.
  mutating func add(_ other: ByteSample, _ limits: OpaqueLimits) {
    guard !other.counts.isEmpty else { return }
    if !isStartEnded, start.count < limits.guessByteCount {
      start += other.start.prefix(limits.guessByteCount - start.count)
    }
    guard byteCount + other.byteCount <= Int(UInt16.max) else { return }
    if counts.isEmpty { counts = [UInt16](repeating: 0, count: 256) }
    for value in 0..<256 { counts[value] += other.counts[value] }
    byteCount += other.byteCount
  }

  /// What follows is no part of the beginning.
  mutating func endStart() {
    if !start.isEmpty { isStartEnded = true }
  }

  /// Shannon's entropy over single bytes, in thousandths of a bit per byte; nil where there are none.
  var entropy: Int? {
    guard byteCount > 0 else { return nil }
    var sum: UInt64 = 0
    for count in counts where count > 0 { sum += UInt64(count) * Self.logarithm(UInt64(count)) }
    let total = UInt64(byteCount)
    // H = log2 n - (Σ c log2 c) / n, in units of 2^-20.
    let whole = Self.logarithm(total) * total
    let bits = (whole - min(whole, sum)) / total
    return Int((bits * 1_000 + 1 << 19) >> 20)
  }

  /// How many of the bytes have one of these values.
  func count(_ values: ClosedRange<UInt8>) -> Int {
    counts.isEmpty ? 0 : values.reduce(0) { $0 + Int(counts[Int($1)]) }
  }

  /// log2, in units of 2^-20, rounded down: a digit is 1 where squaring the rest carries it over 2.
  ///
  /// In integers, so that it is the same on every machine; takes 1 to 2^31.
  private static func logarithm(_ value: UInt64) -> UInt64 {
    let exponent = UInt64(63 - value.leadingZeroBitCount)
    var rest = value << (31 - exponent)
    var digits = exponent
    for _ in 0..<20 {
      rest = (rest * rest) >> 31
      digits <<= 1
      if rest >= 1 << 32 {
        digits |= 1
        rest >>= 1
      }
    }
    return digits
  }
}
