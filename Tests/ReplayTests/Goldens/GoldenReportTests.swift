import ContentCoding
import Foundation
import TestSupport
import Testing

@testable import Replay

@Suite struct `Golden report` {
  /// What `replay check --json` writes of a recording that differs.
  static var jsonLines: [String] {
    get throws {
      let outcome = try outcome(path: "order.pcap")
      let bytes = (outcome.report?.jsonLines ?? []) + outcome.jsonLine
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }

  private static func outcome(path: String) throws -> CheckOutcome {
    let recordings = try ["first", "second"].map { name in
      let file = Fixtures.folder.appendingPathComponent("scenario/\(name).pcap").path
      return try CanonicalRecording(RecordingReplayer(path: file), Canon(), services: ContentServices.system)
    }
    let comparison = try GoldenComparison(expected: recordings[0], actual: recordings[1])
    return CheckOutcome(comparison, path: path, golden: "order.expected.jsonl")
  }

  @Test func `writes no control characters, whatever a recording is called`() throws {
    let outcome = try Self.outcome(path: "a\u{1b}[2J\n'b#.pcap")
    let text = try #require(outcome.report).text(ShowOptions(color: false, width: 100))
    #expect(text.allSatisfy { $0 >= 0x20 || $0 == 0x0a })
    let tap = String(decoding: outcome.tapLines(number: 1), as: UTF8.self)
    #expect(tap.hasPrefix("not ok 1 - a\\u{1b}[2J\\u{a}'b\\#.pcap\n  ---\n  message: \""))
    var junit = JUnitReport()
    junit.add(outcome)
    #expect(junit.bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0a })
  }

  @Test func `colours what differs`() throws {
    let text = try #require(Self.outcome(path: "a.pcap").report).text(ShowOptions(color: true, width: 100))
    #expect(String(decoding: text, as: UTF8.self).contains("\u{1b}[31m    request.headers[x-run]: expected"))
  }

  @Test func `is that of the same recordings in turn`() throws {
    #expect(try Self.outcome(path: "a.pcap").comparison?.differenceCount == 2)
    let file = Fixtures.folder.appendingPathComponent("scenario/first.pcap").path
    let recording = try CanonicalRecording(
      RecordingReplayer(path: file), Canon(), services: ContentServices.system)
    #expect(try GoldenComparison(expected: recording, actual: recording).isEqual)
    #expect(
      try GoldenComparison(
        golden: Golden(bytes: recording.golden.bytes, path: "g"), path: "g", actual: recording
      ).isEqual)
  }

  @Test func `keeps lines of an earlier golden that are still met`() throws {
    let file = Fixtures.folder.appendingPathComponent("scenario/first.pcap").path
    let rule = CanonRule(
      try #require(CanonPath("response.body.length")), .near(try #require(CanonTolerance("10"))))
    let recording = try CanonicalRecording(
      RecordingReplayer(path: file), Canon(rules: [rule]), services: ContentServices.system)
    let text = String(decoding: recording.golden.bytes, as: UTF8.self)
    #expect(text.contains(#"{"canon":"within 10 of 111"}"#))
    let near = text.replacing("within 10 of 111", with: "within 10 of 105")
    let earlier = try Golden(bytes: Array(near.utf8), path: "g")
    #expect(try GoldenComparison(golden: earlier, path: "g", actual: recording).isEqual)
    var golden = recording.golden
    golden.keepWhatIsMet(of: earlier)
    #expect(golden.bytes == Array(near.utf8))
    let far = try Golden(bytes: Array(text.replacing("of 111", with: "of 99").utf8), path: "g")
    #expect(try GoldenComparison(golden: far, path: "g", actual: recording).differenceCount == 1)
  }
}
