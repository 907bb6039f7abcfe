import SessionEvents

/// The findings of one exchange, at most so many; the last then counts the rest.
struct FindingList {
  private let limit: Int
  private var kept: [Finding] = []
  private var omittedCount = 0

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  var isEmpty: Bool { kept.isEmpty }

  var all: [Finding] {
    guard omittedCount > 0, let last = kept.last else { return kept }
    let detail = "\(omittedCount) more findings are not shown"
    return kept + [CommonProblem.findingsOmitted.at(last.offset, detail, in: last.direction)]
  }

  mutating func append(_ finding: @autoclosure () -> Finding) {
    if kept.count < limit {
      kept.append(finding())
    } else {
      omittedCount += 1
    }
  }

  mutating func append(_ other: FindingList) {
    for finding in other.kept { append(finding) }
    omittedCount += other.omittedCount
  }

  func contains(_ code: String) -> Bool {
    kept.contains { $0.code == code }
  }
}
