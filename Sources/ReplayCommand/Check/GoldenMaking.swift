import ArgumentParser
import CommandSupport
import ContentCoding
import Glibc
import Replay

/// Makes a golden from two recordings of the same scenario: what differs between them gets rules first.
struct GoldenMaking {
  let first: String
  let second: String
  /// A rule file to use instead of the nearest.
  let canonPath: String?
  private let console = Console.standard

  init(_ first: String, _ second: String, canon: String?) {
    self.first = first
    self.second = second
    canonPath = canon
  }

  func run() throws {
    var files = CanonFiles()
    let file =
      canonPath.map { files.file(named: $0) } ?? files.file(for: CheckPlan.directory(of: first))
    guard files.problems.isEmpty else {
      console.tell(files.problems)
      throw ExitCode(ExitStatus.failure)
    }
    let golden = try goldenPath()
    let pair = try recordings(file?.canon ?? Canon())
    let fields = try orEnd { () throws(GoldenError) in try VolatileFields(pair[0], pair[1]) }
    guard fields.areOfOneScenario else { throw Self.notTheSame(fields, first, second) }
    let canon = try take(fields.findings, file)
    let made = fields.findings.isEmpty ? pair : try recordings(canon)
    try orEnd { () throws(GoldenError) in try WholeFile.replace(golden, with: made[0].golden.bytes) }
    console.write(Array("\(TerminalText.escaped(golden)): written\n".utf8))
    try compare(made)
  }

  private func goldenPath() throws -> String {
    let paths = GoldenName.paths(forRecording: first)
    guard let there = paths.first(where: { access($0, F_OK) == 0 }) else { return paths[0] }
    throw CommandFailure(
      "'\(first)' has a golden already: '\(there)'", hint: "write it anew with --update, or remove it first")
  }

  private func recordings(_ canon: Canon) throws -> [CanonicalRecording] {
    let results = RecordingPair(first, second, canon).run()
    try results.end()
    guard results.values.count == 2 else { throw ExitCode(ExitStatus.failure) }
    return results.values
  }

  private static func notTheSame(_ fields: VolatileFields, _ first: String, _ second: String)
    -> CommandFailure
  {
    CommandFailure(
      "'\(first)' and '\(second)' are no recordings of the same: \(fields.pairCount) exchanges are in both, "
        + "\(fields.unpairedCount) in one alone",
      hint: "make goldens of different recordings one at a time")
  }

  /// Adds rules to the rule file, or makes one beside the first recording; gives all rules that hold then.
  private func take(_ findings: [VolatileFields.Finding], _ file: CanonFile?) throws -> Canon {
    let text = CanonText(findings)
    guard !findings.isEmpty else { return file?.canon ?? Canon() }
    let path = file?.path ?? CanonFiles.join(CheckPlan.directory(of: first), CanonFile.name)
    let count = HumaneUnits.plural(UInt64(findings.count), "rule")
    guard let bytes = text.appended(to: file, path: path) else {
      console.write(text.rules(indent: "  "))
      throw CommandFailure(
        "'\(path)' is written in a way to which no rules can be added",
        hint: "add these to its 'rules:' by hand, and make the golden again")
    }
    try orEnd { () throws(GoldenError) in try WholeFile.replace(path, with: bytes) }
    console.write(Array("\(TerminalText.escaped(path)): \(count) added\n".utf8) + text.rules(indent: "  "))
    return CanonFile(path: path, bytes: bytes).canon
  }

  /// Says what no rule can explain.
  private func compare(_ pair: [CanonicalRecording]) throws {
    let comparison = try orEnd { () throws(GoldenError) in
      try GoldenComparison(expected: pair[0], actual: pair[1])
    }
    let outcome = CheckOutcome(comparison, path: second, golden: first)
    guard let report = outcome.report else { return }
    console.write(report.text(ShowOptions(color: false, width: 100)))
    throw ExitCode(ExitStatus.difference)
  }

  private func orEnd<Value>(_ body: () throws(GoldenError) -> Value) throws -> Value {
    do throws(GoldenError) {
      return try body()
    } catch {
      throw CommandFailure("\(error)", hint: error.hint)
    }
  }
}
