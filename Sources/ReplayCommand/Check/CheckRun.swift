import ArgumentParser
import CommandSupport
import ContentCoding
import Replay

/// Checks everything of a plan, several recordings at a time, and reports.
struct CheckRun {
  enum Task: Sendable {
    case check, update, make
  }

  enum Form: Sendable {
    case text(ShowOptions)
    case json
    case tap
  }

  let plan: CheckPlan
  let task: Task
  let form: Form
  let isStrict: Bool
  let jobs: Int
  var junitPath: String?
  var cache: CheckCache?
  private let console = Console.standard

  init(_ plan: CheckPlan, task: Task, form: Form, isStrict: Bool, jobs: Int) {
    self.plan = plan
    self.task = task
    self.form = form
    self.isStrict = isStrict
    self.jobs = jobs
  }

  func run() throws {
    if case .tap = form { console.write(Array("TAP version 14\n".utf8)) }
    var outcomes = checked()
    for stray in plan.strays {
      var outcome = CheckOutcome(path: stray, golden: stray, verdict: .noRecording)
      outcome.isStrict = isStrict
      outcomes.append(outcome)
      report(outcome, number: outcomes.count) { console.write($0) }
    }
    if case .tap = form { console.write(Array("1..\(outcomes.count)\n".utf8)) }
    if case .text = form { console.write(Array((CheckSummary(outcomes).text + "\n").utf8)) }
    tellAbsences(outcomes)
    console.tell(plan.problems)
    console.tell(CheckRemarks(plan, outcomes).warnings)
    cache?.prune()
    try writeJUnit(outcomes)
    try end(outcomes)
  }

  private func checked() -> [CheckOutcome] {
    let settings = InputSettings(usesSidecar: true, criteria: SelectionCriteria(), jobs: jobs, readings: 1)
    let list = InputList(captures: plan.items.map(\.recording))
    let (items, task, isStrict, form, cache) = (plan.items, task, isStrict, form, cache)
    return InputRun(list, settings) { pass throws(ReplayError) in
      var outcome = Self.outcome(of: items[pass.number], task, pass, cache)
      outcome.isStrict = isStrict
      Self.report(outcome, form, number: pass.number + 1) { bytes in pass.write { $0 += bytes } }
      return outcome
    }.run().values
  }

  private static func outcome(of item: CheckPlan.Item, _ task: Task, _ pass: InputPass, _ cache: CheckCache?)
    -> CheckOutcome
  {
    if let problem = item.problem {
      pass.messages.append(problem)
      return CheckOutcome(path: item.recording, golden: item.golden, verdict: .error, detail: problem.text)
    }
    guard item.hasRules else {
      return CheckOutcome(
        path: item.recording, golden: item.golden, verdict: .error, detail: "its rules cannot be used")
    }
    let check = RecordingCheck(item: item, replayer: pass.replayer, cache: cache)
    do throws(CanonicalRecording.Failure) {
      switch task {
      case .check: return try check.checked()
      case .update: return try check.written(isNew: false)
      case .make: return try check.written(isNew: true)
      }
    } catch {
      let message = error.message
      pass.messages.append(message)
      return CheckOutcome(path: item.recording, golden: item.golden, verdict: .error, detail: message.text)
    }
  }

  private func report(_ outcome: CheckOutcome, number: Int, _ write: ([UInt8]) -> Void) {
    Self.report(outcome, form, number: number, write)
  }

  private static func report(
    _ outcome: CheckOutcome, _ form: Form, number: Int, _ write: ([UInt8]) -> Void
  ) {
    switch form {
    case .text(let options):
      if let report = outcome.report { write(report.text(options)) }
      if outcome.verdict == .written {
        write(Array("\(TerminalText.escaped(outcome.golden)): written\n".utf8))
      }
    case .json: write((outcome.report?.jsonLines ?? []) + outcome.jsonLine)
    case .tap: write(outcome.tapLines(number: number))
    }
  }

  /// Says what has no counterpart.
  private func tellAbsences(_ outcomes: [CheckOutcome]) {
    let absent = outcomes.filter { $0.verdict == .noGolden || $0.verdict == .noRecording }
    console.tell(
      absent.compactMap { outcome in
        guard let reason = outcome.reason else { return nil }
        let hint =
          outcome.verdict == .noGolden
          ? "'replay check --make \(outcome.path)' makes one" : "remove it, or bring its recording back"
        return isStrict ? .error(reason, hint: hint) : .note(reason)
      })
  }

  private func writeJUnit(_ outcomes: [CheckOutcome]) throws {
    guard let junitPath else { return }
    var report = JUnitReport()
    for outcome in outcomes { report.add(outcome) }
    for problem in plan.problems { report.add(problem: problem.text) }
    do throws(GoldenError) {
      try WholeFile.replace(junitPath, with: report.bytes)
    } catch {
      throw CommandFailure("\(error)", hint: error.hint)
    }
  }

  private func end(_ outcomes: [CheckOutcome]) throws {
    let verdicts = Set(outcomes.map(\.verdict))
    let hasAbsence = verdicts.contains(.noGolden) || verdicts.contains(.noRecording)
    if !plan.problems.isEmpty || verdicts.contains(.error) || isStrict && hasAbsence {
      throw ExitCode(ExitStatus.failure)
    }
    if verdicts.contains(.failed) { throw ExitCode(ExitStatus.difference) }
  }
}

extension Message {
  /// Without its hint.
  var text: String {
    switch self {
    case .note(let text), .warning(let text), .error(let text, hint: _): text
    }
  }
}

extension CanonicalRecording.Failure {
  /// As the command says it.
  var message: Message {
    switch self {
    case .replay(let error): .error(error.description, hint: error.commandHint)
    case .golden(let error): .error("\(error)", hint: error.hint)
    }
  }
}
