import Testing

@testable import Replay

@Suite struct `Exchange alignment` {
  struct Case: CustomTestStringConvertible, Sendable {
    /// A letter is a request; all are of one kind.
    var expected: String
    var actual: String
    var isOrdered = true
    /// `aB` for a pair, `a-` for what is missing, `-b` for what is new, `a>1` for what moved.
    var pairs: String

    var testDescription: String { "\(expected) to \(actual)" }
  }

  static let cases = [
    Case(expected: "", actual: "", pairs: ""),
    Case(expected: "abc", actual: "abc", pairs: "aa bb cc"),
    Case(expected: "abc", actual: "ac", pairs: "aa b- cc"),
    Case(expected: "ac", actual: "abc", pairs: "aa -b cc"),
    Case(expected: "abc", actual: "axc", pairs: "aa bx cc"),
    Case(expected: "abc", actual: "acb", pairs: "aa cc b>"),
    Case(expected: "abc", actual: "acb", isOrdered: false, pairs: "aa cc bb"),
    Case(expected: "aab", actual: "aba", isOrdered: false, pairs: "aa bb aa"),
    Case(expected: "abc", actual: "", pairs: "a- b- c-"),
    Case(expected: "", actual: "ab", pairs: "-a -b"),
    Case(expected: "abcd", actual: "xabcdy", pairs: "-x aa bb cc dd -y"),
  ]

  @Test(arguments: cases) func `tells which exchange is which`(_ test: Case) {
    let (expected, actual) = (Array(test.expected), Array(test.actual))
    let alignment = Alignment(
      expected: expected.map(Self.item), actual: actual.map(Self.item), isOrdered: test.isOrdered)
    let text = alignment.pairs.map { pair in
      switch pair {
      case .both(let one, let other): "\(expected[one])\(actual[other])"
      case .moved(_, let other): "\(actual[other])>"
      case .missing(let one): "\(expected[one])-"
      case .unexpected(let other): "-\(actual[other])"
      }
    }
    #expect(text.joined(separator: " ") == test.pairs)
  }

  @Test func `takes its time with thousands that have nothing in common, but not too much`() {
    let one = (0..<20_000).map { Self.item("a\($0)") }
    let other = (0..<20_000).map { Self.item("b\($0)") }
    #expect(Alignment(expected: one, actual: other, isOrdered: true).pairs.count == 20_000)
  }

  private static func item(_ name: some CustomStringConvertible) -> Alignment.Item {
    Alignment.Item(
      key: RequestKey(.object([JSONNode.Member(name: "host", value: .string("\(name)"))])), kind: "http/1")
  }
}
