/// Makes a list of mutations that fails as short as it can (delta debugging, as Zeller's ddmin).
struct MutationShrinker {
  private let fails: ([Mutation]) -> Bool
  private var readingsLeft: Int

  /// `readings` is how often `fails` may be asked.
  init(readings: Int, fails: @escaping ([Mutation]) -> Bool) {
    self.fails = fails
    readingsLeft = readings
  }

  /// A part of the mutations that still fails, and of which, as far as the readings went, none can be left out.
  mutating func shrink(_ mutations: [Mutation]) -> [Mutation] {
    if test([]) { return [] }
    var current = mutations
    var parts = 2
    while current.count > 1, readingsLeft > 0 {
      let size = (current.count + parts - 1) / parts
      if let smaller = smaller(current, size: size) {
        current = smaller
        parts = max(2, min(parts - 1, current.count))
      } else if size == 1 {
        break
      } else {
        parts = min(current.count, parts * 2)
      }
    }
    return current
  }

  /// What fails without one of its parts of this size.
  private mutating func smaller(_ mutations: [Mutation], size: Int) -> [Mutation]? {
    for start in stride(from: 0, to: mutations.count, by: size) {
      var rest = mutations
      rest.removeSubrange(start..<min(mutations.count, start + size))
      if test(rest) { return rest }
    }
    return nil
  }

  private mutating func test(_ mutations: [Mutation]) -> Bool {
    guard readingsLeft > 0 else { return false }
    readingsLeft -= 1
    return fails(mutations)
  }
}
