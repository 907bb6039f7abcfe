import FoundationEssentials
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `Canon rules` {
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var matcher: CanonMatcher
    var json: String
    var canonical: String

    var testDescription: String { "\(path) \(matcher) of \(json)" }
  }

  static let cases = [
    Case(
      path: "a", matcher: .present, json: #"{"a":1,"b":2}"#, canonical: #"{"a":{"canon":"present"},"b":2}"#),
    Case(path: "a", matcher: .present, json: #"{"a":null}"#, canonical: #"{"a":null}"#),
    Case(path: "a", matcher: .ignored, json: #"{"a":{"c":[]},"b":2}"#, canonical: #"{"b":2}"#),
    Case(
      path: "a.b", matcher: .ignored, json: #"{"b":1,"a":{"b":2,"c":3}}"#, canonical: #"{"b":1,"a":{"c":3}}"#),
    Case(path: "A.B", matcher: .ignored, json: #"{"a":{"b":2}}"#, canonical: #"{"a":{}}"#),
    Case(
      path: "a.ttl", matcher: .type(.integer), json: #"{"a":[{"ttl":5},{"ttl":"x"},{"ttl":1.5}]}"#,
      canonical: #"{"a":[{"ttl":{"canon":"type integer"}},{"ttl":"x"},{"ttl":1.5}]}"#),
    Case(
      path: "a[1]", matcher: .present, json: #"{"a":["x","y"]}"#,
      canonical: #"{"a":["x",{"canon":"present"}]}"#),
    Case(
      path: "a[*].b", matcher: .ignored, json: #"{"a":[{"b":1},{"b":2,"c":3}]}"#,
      canonical: #"{"a":[{},{"c":3}]}"#),
    Case(
      path: "a[Host]", matcher: .present, json: #"{"a":[["host","x"],["HOST","y"],["hosts","z"]]}"#,
      canonical: #"{"a":[["host",{"canon":"present"}],["HOST",{"canon":"present"}],["hosts","z"]]}"#),
    Case(
      path: "a[x-*-id]", matcher: .ignored, json: #"{"a":[["x-a-id","1"],["x-id","2"]]}"#,
      canonical: #"{"a":[["x-id","2"]]}"#),
    Case(
      path: "a[example.com].ttl", matcher: .ignored,
      json: #"{"a":[{"name":"Example.com","ttl":1},{"name":"b","ttl":2}]}"#,
      canonical: #"{"a":[{"name":"Example.com"},{"name":"b","ttl":2}]}"#),
    Case(
      path: "*.b", matcher: .ignored, json: #"{"a":{"b":1},"c":{"b":2},"b":3}"#,
      canonical: #"{"a":{},"c":{},"b":3}"#),
    Case(path: "**.b", matcher: .ignored, json: #"{"a":{"d":{"b":1}},"b":3}"#, canonical: #"{"a":{"d":{}}}"#),
    Case(path: "a.**", matcher: .ignored, json: #"{"a":{"d":{"b":1}},"b":3}"#, canonical: #"{"b":3}"#),
    Case(
      path: "a", matcher: .regex("[0-9]+"), json: #"{"a":"12"}"#,
      canonical: #"{"a":{"canon":"regex [0-9]+"}}"#),
    Case(path: "a", matcher: .regex("[0-9]+"), json: #"{"a":"12x"}"#, canonical: #"{"a":"12x"}"#),
    Case(path: "a", matcher: .regex("1."), json: #"{"a":12}"#, canonical: #"{"a":{"canon":"regex 1."}}"#),
    Case(
      path: "a", matcher: .within(0...10, text: "0..10"), json: #"{"a":"7"}"#,
      canonical: #"{"a":{"canon":"within 0..10"}}"#),
    Case(path: "a", matcher: .within(0...10, text: "0..10"), json: #"{"a":11}"#, canonical: #"{"a":11}"#),
    Case(
      path: "a", matcher: .mask("k=([^&]*)"), json: #"{"a":"/?k=1&l=2&k=3"}"#,
      canonical: #"{"a":"/?k=‹…›&l=2&k=‹…›"}"#),
    Case(path: "a", matcher: .mask("[0-9]"), json: #"{"a":"x\"1"}"#, canonical: #"{"a":"x\"‹…›"}"#),
    Case(path: "a", matcher: .mask("k"), json: #"{"a":5}"#, canonical: #"{"a":5}"#),
  ]

  @Test(arguments: cases) func `replaces what a rule matches`(_ test: Case) throws {
    let path = try #require(CanonPath(test.path))
    #expect(try Self.canonical(test.json, [CanonRule(path, test.matcher)]) == test.canonical)
  }

  @Test func `has the last rule decide`() throws {
    let rules = [
      CanonRule(try #require(CanonPath("**")), .ignored), CanonRule(try #require(CanonPath("a")), .exact),
      CanonRule(try #require(CanonPath("b")), .present),
    ]
    #expect(try Self.canonical(#"{"a":1,"b":2,"c":3}"#, rules) == #"{"a":1,"b":{"canon":"present"}}"#)
  }

  @Test(arguments: ["", ".", "a.", ".a", "a..b", "a[", "a[]", "a[b]c", "[a].", "a.[b]"])
  func `takes no other text for a path`(text: String) {
    #expect(CanonPath(text) == nil)
  }

  struct Tolerance: CustomTestStringConvertible, Sendable {
    var text: String
    var value: Double
    var isNear: Bool

    var testDescription: String { "\(text): \(value)" }
  }

  @Test(arguments: [
    Tolerance(text: "10%", value: 110, isNear: true), Tolerance(text: "10%", value: 111, isNear: false),
    Tolerance(text: "5", value: 95, isNear: true), Tolerance(text: "5", value: 94, isNear: false),
    Tolerance(text: "1us", value: 1_100, isNear: true), Tolerance(text: "1us", value: 1_101, isNear: false),
  ]) func `knows numbers that are near to the golden's`(_ test: Tolerance) throws {
    let tolerance = try #require(CanonTolerance(test.text))
    let rule = CanonRule(try #require(CanonPath("a")), .near(tolerance))
    let expected = try JSONNode(reading: Array(try Self.canonical(#"{"a":100}"#, [rule]).utf8))
    let actual = try JSONNode(reading: Array(try Self.canonical("{\"a\":\(Int(test.value))}", [rule]).utf8))
    #expect(FieldComparison.differences(expected: expected, actual: actual).isEmpty == test.isNear)
  }

  @Test(arguments: ["", "x", "-1", "1%%", "nan", "inf", "5 %"]) func `takes no other text for a tolerance`(
    text: String
  ) {
    #expect(CanonTolerance(text) == nil)
  }

  @Test func `reads and writes any JSON unchanged`() throws {
    for text in [#"{"a":[1,-2.5e3,true,false,null,"x\\\"é\u0001",{}],"b":[]}"#, "[]", "1", #""""#] {
      #expect(String(decoding: try JSONNode(reading: Array(text.utf8)).bytes, as: UTF8.self) == text)
    }
    for text in [
      "", "{", "[1,]", "{\"a\"}", "01x", "nul", "\"", "\"\\q\"", "1 2", String(repeating: "[", count: 5_000),
    ] {
      #expect(throws: JSONNode.Failure.self) { try JSONNode(reading: Array(text.utf8)) }
    }
  }

  @Test func `never traps on a damaged golden`() throws {
    var random = SeededRandom(seed: 0x601d)
    let sample = Array(#"{"a":[1,"x\u00e9",{"canon":"within 5 of 3"}],"b":null}"#.utf8)
    for _ in 0..<20_000 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let node = try? JSONNode(reading: bytes), let whole = try? JSONNode(reading: sample) else {
        continue
      }
      _ = FieldComparison.differences(expected: whole, actual: node)
    }
  }

  @Test func `has its own rules in the guide`() throws {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let path = "/\(root)/docs/TESTING-WITH-RECORDINGS.md"
    let guide = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    for row in Self.guideRows { #expect(guide.contains(row + "\n"), "\(row)") }
  }

  /// The rows of the guide's table.
  static var guideRows: [String] {
    Canon.defaultTable.map { group in
      let fields = group.paths.filter { !$0.hasPrefix("*.trailers") }
        .map { "`\($0.hasPrefix("*.headers") ? String($0.dropFirst(2)) : $0)`" }
      let (_, matcher) = ("", group.matcher)
      let how =
        switch matcher {
        case .present: "present"
        case .ignored: "ignored"
        case .mask(let text): "mask `\(text.replacing("|", with: "\\|"))`"
        default: "\(matcher)"
        }
      return "| \(group.about) | \(fields.joined(separator: ", ")) | \(how) |"
    }
  }

  private static func canonical(_ json: String, _ rules: [CanonRule]) throws -> String {
    var node = try JSONNode(reading: Array(json.utf8))
    var canonifier = Canonifier(Canon(usesDefaults: false, rules: rules))
    canonifier.canonify(&node, nil)
    return String(decoding: node.bytes, as: UTF8.self)
  }
}
