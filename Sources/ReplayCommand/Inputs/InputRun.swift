import ArgumentParser
import CommandSupport
import Glibc
import Replay
import Synchronization

/// Reads all inputs, several at a time, each on a thread of its own.
final class InputRun<Result: Sendable>: Sendable {
  typealias Pass = @Sendable (InputPass) throws(ReplayError) -> Result

  private struct State {
    var next = 0
    var results: [Int: Result] = [:]
    var matches: SelectionMatches
    var hasRead = false
    var hasFailed = false
  }

  private let inputs: InputList
  private let settings: InputSettings
  private let turns: OutputTurns
  private let pass: Pass
  private let state: Mutex<State>

  init(_ inputs: InputList, _ settings: InputSettings, _ pass: @escaping Pass) {
    self.inputs = inputs
    self.settings = settings
    self.pass = pass
    turns = OutputTurns(console: Console.standard, reach: 4 * settings.jobs)
    state = Mutex(State(matches: Selection(settings.criteria).matches))
  }

  /// Reads everything, and says what there is to say of each input behind its output.
  func run() -> InputResults<Result> {
    let total = settings.readings.flatMap { readings in
      inputs.byteCount?.multipliedReportingOverflow(by: UInt64(readings)).partialValue
    }
    ProgressThread.start(settings.progress, total: total, turns.console)
    let jobs = min(settings.jobs, max(1, inputs.captureCount))
    let threads = (1..<jobs).compactMap { _ in WorkerThread { self.work() } }
    work()
    for thread in threads { thread.join() }
    turns.console.endBars()
    return state.withLock { state in
      InputResults(
        values: state.results.sorted { $0.key < $1.key }.map(\.value), console: turns.console,
        remarks: state.hasRead ? state.matches.remarks : [], hasFailed: state.hasFailed)
    }
  }

  private func work() {
    while let input = takeNext() {
      turns.waitForReach(of: input)
      switch inputs.items[input] {
      case .failure(let message):
        state.withLock { $0.hasFailed = true }
        turns.end(input, OutputTurns.Ending(output: HeldOutput(), messages: [message]))
      case .capture(let path):
        read(path, as: input)
      }
    }
  }

  private func takeNext() -> Int? {
    state.withLock { state in
      guard state.next < inputs.items.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func read(_ path: String, as input: Int) {
    let output = PassOutput(input, turns, isEager: path == "-")
    let label = inputs.namesFiles ? path : nil
    let pass = InputPass(
      path: path, label: label, number: input, replayer: settings.replayer(path),
      selection: Selection(settings.criteria),
      output: output)
    var messages: [Message] = []
    do throws(ReplayError) {
      let result = try self.pass(pass)
      state.withLock { state in
        state.results[input] = result
        state.matches.merge(pass.selection.matches)
        state.hasRead = true
      }
    } catch {
      messages.append(.error(error.description, hint: error.commandHint))
    }
    messages = pass.messages + pass.notes.messages(of: label) + messages
    if messages.contains(where: \.isError) { state.withLock { $0.hasFailed = true } }
    output.end(messages)
  }
}

/// How inputs are read.
struct InputSettings: Sendable {
  var usesSidecar: Bool
  var criteria: SelectionCriteria
  /// Inputs that are read at a time, at most.
  var jobs: Int
  /// How often each is read; nil where that is not known.
  var readings: Int?

  let progress = ReadingProgress()

  func replayer(_ path: String) -> RecordingReplayer {
    var replayer = RecordingReplayer(path: path, usesSidecar: usesSidecar)
    replayer.progress = progress
    return replayer
  }
}

/// What came of reading all inputs.
struct InputResults<Result: Sendable>: Sendable {
  /// Of those that could be read, in their order.
  var values: [Result]
  var console: Console
  fileprivate var remarks: [String]
  var hasFailed: Bool

  /// The same without values that are none.
  func compacted<Value: Sendable>() -> InputResults<Value> where Result == Value? {
    InputResults<Value>(
      values: values.compactMap(\.self), console: console, remarks: remarks, hasFailed: hasFailed)
  }

  /// Says what of the selection met nothing; to be called when all output is out.
  ///
  /// - Throws: The exit status, if an input could not be read, or is damaged.
  func end() throws {
    console.tell(remarks.map(Message.note))
    if hasFailed { throw ExitCode(ExitStatus.failure) }
  }
}
