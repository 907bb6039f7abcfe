import Foundation
import TestSupport
import Testing

@Suite struct `replay diff` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var files: [String: String] = [:]
    var output = ""
    var errors = ""
    var status: Int32

    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let helpHint = "replay: hint: see 'replay diff --help'\n"

  static let cases = [
    Case(arguments: ["a.pcap", "b.pcap"], output: "b.pcap: as 'a.pcap', by 1 exchange\n", status: 0),
    Case(
      arguments: ["--tap", "a.pcap", "b.pcap"], output: "TAP version 14\nok 1 - b.pcap\n1..1\n", status: 0),
    Case(
      arguments: ["--json", "a.pcap", "b.pcap"],
      output: #"{"v":1,"file":"b.pcap","verdict":"passed","golden":"a.pcap","exchanges":1,"differences":0,"#
        + #""cached":false,"detail":null}"# + "\n", status: 0),
    Case(
      arguments: ["a.pcap", "missing"],
      errors: "replay: error: 'missing': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
    Case(
      arguments: ["a.pcap", "cut.pcap"],
      output: "cut.pcap: differs from 'a.pcap' in 1 place, of 0 exchanges\n"
        + "  expected as number 1: DNS A a.test\n    is expected, and not there\n",
      errors: "replay: error: 'cut.pcap' is cut short in packet 1, at byte 89\n"
        + "replay: hint: everything before that was read\n", status: 2),
    Case(
      arguments: ["a.pcap", "b.pcap"], files: ["canon.yaml": "rules: 1\n"],
      errors:
        "replay: error: 'canon.yaml', line 1: rules: this is a list: begin each rule with '- field: …'\n"
        + "replay: hint: docs/TESTING-WITH-RECORDINGS.md explains rules\n", status: 2),
    Case(
      arguments: ["-", "-"],
      errors: "replay: error: standard input ('-') can be read once only\n" + helpHint, status: 64),
    Case(
      arguments: ["a.pcap"], errors: "replay: error: missing expected argument '<second>'\n" + helpHint,
      status: 64),
  ]

  @Test(arguments: cases) func `says whether two recordings say the same`(_ test: Case) throws {
    let place = try CheckPlace(test.files)
    _ = try place.directory.write(SmallCapture.whole, to: "b.pcap")
    _ = try place.directory.write(SmallCapture.whole.dropLast(3), to: "cut.pcap")
    let result = try place.replay(["diff"] + test.arguments)
    #expect(result.output == test.output)
    #expect(result.errors == test.errors)
    #expect(result.status == test.status)
  }

  @Test func `compares field by field, by the nearest rules`() throws {
    let place = try CheckPlace(fixtures: ["scenario/first", "scenario/second"])
    let result = try place.replay(["diff", "first.pcap", "second.pcap"])
    #expect(
      result.output.hasPrefix(
        """
        second.pcap: differs from 'first.pcap' in 2 places, of 6 exchanges
          session 2, exchange 0, packet 9: GET https://www.wiretape.test/answer.json
            request.headers[x-run]: expected "8968261a-b651-4c56-9396-ef2c8ea9bd87", \
        got "02b2e090-d754-4d54-8535-fc72298b456d"
            to see it: wireshark -r second.pcap -g 9
          session 4, exchange 0, packet 22: POST http://odd.wiretape.test/echo?key=334093261
            request.target: expected "/echo?key=299329228", got "/echo?key=334093261"

        """))
    #expect(result.status == 1)
    let rules = "rules:\n  - field: request\n    is: present\n  - field: response.body\n    is: present\n"
    _ = try place.directory.write(Array(rules.utf8), to: "canon.yaml")
    #expect(try place.replay(["diff", "--junit", "r.xml", "first.pcap", "second.pcap"]).status == 0)
    #expect(try place.text("r.xml").contains(#"tests="1" failures="0""#))
  }
}
