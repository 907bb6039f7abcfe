import Replay

/// What came of all recordings, in one line: `3 recordings: 2 passed, 1 failed`.
struct CheckSummary {
  private var counts: [CheckOutcome.Verdict: Int] = [:]

  init(_ outcomes: [CheckOutcome]) {
    for outcome in outcomes { counts[outcome.verdict, default: 0] += 1 }
  }

  var text: String {
    let order: [(CheckOutcome.Verdict, String)] = [
      (.passed, "passed"), (.failed, "failed"), (.error, "could not be checked"),
      (.noGolden, "without golden"), (.written, "written"), (.unchanged, "unchanged"),
    ]
    let parts = order.compactMap { verdict, words in
      counts[verdict].map { "\(HumaneUnits.count(UInt64($0))) \(words)" }
    }
    let total = counts.reduce(0) { $0 + ($1.key == .noRecording ? 0 : $1.value) }
    let recordings = HumaneUnits.plural(UInt64(total), "recording")
    let strays =
      counts[.noRecording].map { [HumaneUnits.plural(UInt64($0), "golden") + " without recording"] } ?? []
    return parts.isEmpty && strays.isEmpty
      ? recordings : "\(recordings): \((parts + strays).joined(separator: ", "))"
  }
}
