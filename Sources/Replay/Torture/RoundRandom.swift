/// Repeatable random numbers (SplitMix64), the same for the same seed and round.
struct RoundRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, round: UInt64) {
    state = seed
    state = next() &+ round
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  /// Below `limit`, which is positive.
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }

  mutating func below(_ limit: Int64) -> Int64 { Int64(next() % UInt64(max(1, limit))) }

  /// True once in so many times.
  mutating func once(in count: Int) -> Bool { below(count) == 0 }
}
