import ContentCoding
import Replay

/// One recording, its golden and its rules.
struct RecordingCheck {
  let item: CheckPlan.Item
  let replayer: RecordingReplayer
  /// What passed before; nil where everything is to be read.
  var cache: CheckCache?

  private var canon: Canon { item.canon?.canon ?? Canon() }

  /// Compares the recording with its golden.
  func checked() throws(CanonicalRecording.Failure) -> CheckOutcome {
    guard item.hasGolden else { return outcome(.noGolden) }
    let key = cache?.key(of: item)
    if let key, let passed = cache?.passed(key) {
      var outcome = outcome(.passed)
      outcome.isCached = true
      outcome.exchangeCount = passed.exchangeCount
      outcome.metRules = passed.metRules
      return outcome
    }
    let golden = try orFail { () throws(GoldenError) in try Golden(path: item.golden) }
    let recording = try canonical()
    let comparison = try orFail { () throws(GoldenError) in
      try GoldenComparison(golden: golden, path: item.golden, actual: recording)
    }
    var outcome = CheckOutcome(comparison, path: item.recording, golden: item.golden)
    outcome.metRules = recording.metRules
    if let key, comparison.isEqual {
      cache?.keep(
        CheckCache.Passed(exchangeCount: comparison.exchangeCount, metRules: recording.metRules), for: key)
    }
    return outcome
  }

  /// Writes the golden: of a recording that has none if `isNew`, else of one that has one.
  func written(isNew: Bool) throws(CanonicalRecording.Failure) -> CheckOutcome {
    guard item.hasGolden != isNew else { return outcome(isNew ? .unchanged : .noGolden) }
    let recording = try canonical()
    var golden = recording.golden
    let old = isNew ? nil : try? WholeFile.bytes(item.golden, limit: Golden.byteLimit)
    if let old, let earlier = try? Golden(bytes: old, path: item.golden) { golden.keepWhatIsMet(of: earlier) }
    let bytes = golden.bytes
    var outcome = outcome(old == bytes ? .unchanged : .written)
    outcome.metRules = recording.metRules
    if outcome.verdict == .written {
      try orFail { () throws(GoldenError) in try WholeFile.replace(item.golden, with: bytes) }
    }
    return outcome
  }

  func canonical() throws(CanonicalRecording.Failure) -> CanonicalRecording {
    try CanonicalRecording(replayer, canon, services: ContentServices.system)
  }

  private func outcome(_ verdict: CheckOutcome.Verdict) -> CheckOutcome {
    CheckOutcome(path: item.recording, golden: item.golden, verdict: verdict)
  }

  private func orFail<Value>(
    _ body: () throws(GoldenError) -> Value
  ) throws(CanonicalRecording.Failure) -> Value {
    do throws(GoldenError) {
      return try body()
    } catch {
      throw .golden(error)
    }
  }
}
