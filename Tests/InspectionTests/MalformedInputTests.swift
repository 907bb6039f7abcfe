import TestSupport
import Testing

/// What the fuzzers of `tools/fuzz` once found must stay fixed.
@Suite struct `Malformed inputs that were kept` {
  struct Case: Sendable, CustomTestStringConvertible {
    var target: FuzzTarget
    var file: String

    var testDescription: String { "\(target.rawValue)/\(file)" }
  }

  static let cases = FuzzTarget.allCases.flatMap { target in
    Fixtures.files(in: "malformed/\(target.rawValue)").map { Case(target: target, file: $0) }
  }

  @Test(arguments: cases) func `break no law`(_ example: Case) throws {
    let bytes = try Fixtures.bytes("malformed/\(example.target.rawValue)/\(example.file)")
    #expect(example.target.brokenLaw(bytes) == nil)
  }
}
