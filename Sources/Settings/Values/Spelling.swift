/// Finds what somebody may have meant.
enum Spelling {
  /// The nearest of the words, if it is near: one slip for every three letters, at least one, at most three.
  static func nearest(to word: String, among words: [String]) -> String? {
    let plain = normal(word)
    // Longer ones are no slip of a pen, and the distance costs the product of the lengths.
    guard plain.count <= 64 else { return nil }
    let limit = min(3, max(1, plain.count / 3))
    let distances = words.map { (word: $0, distance: distance(plain, normal($0))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= limit else {
      return nil
    }
    return best.word
  }

  private static func normal(_ word: String) -> [Character] {
    Array(word.lowercased().map { $0 == "-" ? "_" : $0 })
  }

  /// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
  private static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[second.count]
  }
}
