import TestSupport
import Testing

@testable import Replay

@Suite struct `Number set` {
  @Test func `knows what was put in, in whatever order`() {
    var random = SeededRandom(seed: 1)
    var numbers = NumberSet()
    var expected: Set<UInt64> = []
    for _ in 0..<2_000 {
      let number = random.next() % 500 &+ (random.next() % 2 == 0 ? 0 : .max - 499)
      numbers.insert(number)
      expected.insert(number)
      let probe = random.next() % 500 &+ (random.next() % 2 == 0 ? 0 : .max - 499)
      #expect(numbers.contains(probe) == expected.contains(probe))
    }
    #expect(numbers.highest == expected.max())
  }
}
