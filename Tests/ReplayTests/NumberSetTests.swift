import TestSupport
import Testing

@testable import Replay

@Suite struct `Number set` {
  @Test func `knows what was put in, in whatever order`() {
    var random = SeededRandom(seed: 1)
    var numbers = NumberSet()
    var expected: Set<UInt64> = []
    for _ in 0..<2_000 {
      let number = self.number(&random)
      numbers.insert(number)
      expected.insert(number)
      let probe = self.number(&random)
      #expect(numbers.contains(probe) == expected.contains(probe))
    }
    #expect(numbers.highest == expected.max())
  }

  /// One of the lowest or the highest numbers that there are.
  private func number(_ random: inout SeededRandom) -> UInt64 {
    let word: UInt64 = random.next()
    return word % 2 == 0 ? word / 2 % 500 : UInt64.max - word / 2 % 500
  }
}
