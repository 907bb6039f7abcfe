import Foundation
import TestSupport
import Testing

@Suite struct `replay check messages` {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var arguments = ["."]
    var files: [String: String] = [:]
    /// Whether a.pcap has a right golden, but for what `files` puts in its place.
    var isMade = true
    /// Names to give files another, or to make copies of: from, to.
    var copies: [(String, String)] = []
    var removed: [String] = []
    var output: String
    var errors: String
    var status: Int32
  }

  static let rewriteHint = "replay: hint: restore it, or write it anew with 'replay check --update'\n"
  static let updateHint =
    "replay: hint: update replay, or write the golden anew with 'replay check --update'\n"
  static let failed = "1 recording: 1 could not be checked\n"

  static let cases = [
    Case(
      testDescription: "a golden that is no JSON", arguments: ["a.pcap"],
      files: ["a.expected.jsonl": "hello\n"],
      output: failed,
      errors: "replay: error: 'a.expected.jsonl' is no golden: its first line is not its header\n"
        + rewriteHint,
      status: 2),
    Case(
      testDescription: "an empty golden", arguments: ["a.pcap"], files: ["a.expected.jsonl": ""],
      output: failed,
      errors: "replay: error: 'a.expected.jsonl' is no golden: its first line is not its header\n"
        + rewriteHint,
      status: 2),
    Case(
      testDescription: "a golden with a line that is no JSON", arguments: ["a.pcap"],
      files: ["a.expected.jsonl": CheckPlace.header + "\n{oops\n"], output: failed,
      errors: "replay: error: 'a.expected.jsonl', line 2: no JSON object: what is wrong stands at byte 2\n"
        + rewriteHint, status: 2),
    Case(
      testDescription: "a golden of an unknown version", arguments: ["a.pcap"],
      files: ["a.expected.jsonl": #"{"format":"wiretape-golden","v":9,"exchanges":1}"# + "\n"],
      output: failed,
      errors: "replay: error: 'a.expected.jsonl' is a golden of version 9, which is not known here\n"
        + updateHint,
      status: 2),
    Case(
      testDescription: "a golden with exchanges of an unknown version", arguments: ["a.pcap"],
      files: ["a.expected.jsonl": #"{"format":"wiretape-golden","v":1,"exchanges":7}"# + "\n"],
      output: failed,
      errors: "replay: error: 'a.expected.jsonl' is a golden of version 1 with exchanges of version 7, "
        + "which is not known here\n" + updateHint, status: 2),
    Case(
      testDescription: "a rule that matches nothing",
      files: ["canon.yaml": "rules:\n  - field: response.headers[x-biuld]\n    is: present\n"],
      output: "1 recording: 1 passed\n",
      errors: "replay: warning: 'canon.yaml', line 2: the rule for 'response.headers[x-biuld]' met nothing\n",
      status: 0),
    Case(
      testDescription: "a recording without golden", isMade: false, output: "1 recording: 1 without golden\n",
      errors: "replay: './a.pcap' has no golden\n", status: 0),
    Case(
      testDescription: "a recording without golden, strictly", arguments: ["--strict", "."], isMade: false,
      output: "1 recording: 1 without golden\n",
      errors:
        "replay: error: './a.pcap' has no golden\nreplay: hint: 'replay check --make ./a.pcap' makes one\n",
      status: 2),
    Case(
      testDescription: "a golden without recording",
      copies: [("a.pcap", "b.pcap"), ("a.expected.jsonl", "b.expected.jsonl")],
      removed: ["a.pcap"], output: "1 recording: 1 passed, 1 golden without recording\n",
      errors: "replay: the golden './a.expected.jsonl' has no recording\n", status: 0),
    Case(
      testDescription: "a golden without recording, strictly", arguments: ["--strict", "."],
      copies: [("a.pcap", "b.pcap"), ("a.expected.jsonl", "b.expected.jsonl")], removed: ["a.pcap"],
      output: "1 recording: 1 passed, 1 golden without recording\n",
      errors: "replay: error: the golden './a.expected.jsonl' has no recording\n"
        + "replay: hint: remove it, or bring its recording back\n", status: 2),
    Case(
      testDescription: "two goldens for one recording",
      copies: [("a.expected.jsonl", "a.pcap.expected.jsonl")],
      output: failed,
      errors:
        "replay: error: two goldens for './a.pcap': './a.expected.jsonl' and './a.pcap.expected.jsonl'\n"
        + "replay: hint: remove the one that is wrong\n", status: 2),
    Case(
      testDescription: "one golden for two recordings", copies: [("a.pcap", "a.pcapng")],
      output: "2 recordings: 2 could not be checked\n",
      errors: "replay: error: './a.expected.jsonl' is the golden of './a.pcap' and './a.pcapng'\n"
        + "replay: hint: rename it after one of them, as './a.pcap.expected.jsonl'\n"
        + "replay: error: './a.expected.jsonl' is the golden of './a.pcap' and './a.pcapng'\n"
        + "replay: hint: rename it after one of them, as './a.pcapng.expected.jsonl'\n", status: 2),
    Case(
      testDescription: "a path that is not there", arguments: ["missing"], output: "0 recordings\n",
      errors: "replay: error: 'missing': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
    Case(
      testDescription: "a directory without captures", removed: ["a.pcap", "a.expected.jsonl"],
      output: "0 recordings\n",
      errors:
        "replay: error: '.' has no captures in it\nreplay: hint: name a capture, or another directory\n",
      status: 2),
    Case(
      testDescription: "a golden that is named", arguments: ["a.expected.jsonl"], output: "0 recordings\n",
      errors: "replay: error: 'a.expected.jsonl' is a golden\n"
        + "replay: hint: name the recording beside it, or the directory\n", status: 2),
    Case(
      testDescription: "rules that are not there", arguments: ["--canon", "nowhere.yaml", "."],
      output: "1 recording: 1 passed\n",
      errors:
        "replay: error: 'nowhere.yaml': open: No such file or directory\nreplay: hint: check the path\n",
      status: 2),
    Case(
      testDescription: "standard input", arguments: ["-"], output: "",
      errors: "replay: error: standard input ('-') has no golden beside it: name a file\n"
        + "replay: hint: see 'replay check --help'\n", status: 64),
    Case(
      testDescription: "two things to do", arguments: ["--make", "--update", "."], output: "",
      errors: "replay: error: --update and --make cannot be given at once\n"
        + "replay: hint: see 'replay check --help'\n", status: 64),
    Case(
      testDescription: "two recordings of different things", arguments: ["--make", "b.pcap", "c.pcap"],
      copies: [("a.pcap", "b.pcap")], output: "",
      errors: "replay: error: 'c.pcap': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
  ]

  @Test(arguments: cases) func `say what is wrong, and what to do`(_ test: Case) throws {
    let place = try CheckPlace(test.files, isMade: test.isMade)
    for (from, to) in test.copies { _ = try place.directory.write(try place.directory.read(from), to: to) }
    for name in test.removed { try FileManager.default.removeItem(atPath: place.directory.path(name)) }
    let result = try place.replay(["check"] + test.arguments, cache: "../wiretape-\(UUID().uuidString)")
    #expect(result.output == test.output)
    #expect(result.errors == test.errors)
    #expect(result.status == test.status)
  }

  struct RuleCase: CustomTestStringConvertible, Sendable {
    var text: String
    /// Behind the file's name and the line.
    var complaint: String

    var testDescription: String { text }
  }

  static let ruleCases = [
    RuleCase(
      text: "rules:\n  - field: response..x\n    is: present\n",
      complaint: ", line 2: field: 'response..x' is no path: write it as response.headers[date]"),
    RuleCase(
      text: "rules:\n  - feild: x\n",
      complaint:
        ", line 2: 'feild' is no key of a rule: field, is, regex, type, within, mask, host, protocol, status are"
    ),
    RuleCase(
      text: "rules:\n  - field: duration\n    regex: 'a('\n",
      complaint: ", line 3: regex: 'a(' is no regular expression: expected ')'"),
    RuleCase(
      text: "rules:\n  - field: duration\n    within: many\n",
      complaint: ", line 3: within: 'many' is neither an amount (5, 10%, 50ms) nor a range (0..2s)"),
    RuleCase(
      text: "rules:\n  - field: duration\n    is: gone\n",
      complaint: ", line 3: is: 'gone' is none of present, ignored, exact"),
    RuleCase(
      text: "rules:\n  - field: duration\n    type: text\n",
      complaint: ", line 3: type: 'text' is none of string, number, integer, boolean, array, object, null"),
    RuleCase(
      text: "rules:\n  - field: duration\n    is: present\n    mask: x\n",
      complaint: ", line 3: is and mask cannot both be asked: make two rules, of which the last decides"),
    RuleCase(
      text: "rules:\n  - field: duration\n",
      complaint: ", line 2: the rule asks for nothing: one of is, regex, type, within, mask is needed"),
    RuleCase(
      text: "rules:\n  - is: present\n",
      complaint: ", line 2: field: it is missing: which field is the rule about?"),
    RuleCase(
      text: "rules:\n  - field: [a]\n    is: present\n", complaint: ", line 2: field: one value is expected"),
    RuleCase(
      text: "rules:\n  - duration\n",
      complaint:
        ", line 2: rules: a rule is a map: write '- field: …' and below it what is asked of the field"),
    RuleCase(
      text: "rules:\n  - field: duration\n    is: present\n    status: 2x\n",
      complaint: ", line 4: status: '2x' is no status such as 200, 4xx, 400-499, NXDOMAIN, error or none"),
    RuleCase(text: "rule: 1\n", complaint: ", line 1: 'rule' is no key here: 'defaults' and 'rules' are"),
    RuleCase(
      text: "defaults: maybe\n", complaint: ", line 1: defaults: 'maybe' is neither true nor false"),
    RuleCase(
      text: "rules: 1\n", complaint: ", line 1: rules: this is a list: begin each rule with '- field: …'"),
    RuleCase(
      text: "- a\n",
      complaint: ", line 1: the file does not hold rules: write 'rules:' and a list below it"),
    RuleCase(
      text: "rules: [\n",
      complaint: ", line 2: not YAML: while parsing a flow node: did not find expected node content"),
    RuleCase(
      text: "rules:\n  - field: request.target\n    mask: '[?&]k=([^&]*)'\n",
      complaint:
        ", line 3: keys that begin with '?' are not supported: write 'key: value', and in a pattern [&?] for [?&]"
    ),
    RuleCase(text: "rules: \u{0}\n", complaint: ", line 1: not a text file: byte 0x0 stands in it"),
  ]

  @Test(arguments: ruleCases) func `tell of an error in rules by file, line, key and reason`(
    _ test: RuleCase
  ) throws {
    let place = try CheckPlace(["canon.yaml": test.text], isMade: true)
    let result = try place.check("a.pcap")
    #expect(
      result.errors == "replay: error: 'canon.yaml'\(test.complaint)\n"
        + "replay: hint: docs/TESTING-WITH-RECORDINGS.md explains rules\n")
    #expect(result.output == Self.failed)
    #expect(result.status == 2)
  }

  @Test func `tell of directories and goldens that may not be read, and check the others`() throws {
    let place = try CheckPlace(isMade: true)
    let directory = place.directory
    _ = try directory.write(SmallCapture.whole, to: "b.pcap")
    _ = try directory.write(try directory.read("a.expected.jsonl"), to: "b.expected.jsonl")
    try FileManager.default.createDirectory(
      atPath: directory.path("d"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0])
    try FileManager.default.setAttributes(
      [.posixPermissions: 0], ofItemAtPath: directory.path("a.expected.jsonl"))
    let mayReadAll = geteuid() == 0
    let run = try ToolRun(
      (mayReadAll ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []) + [
        "env", "-C", directory.url.path, Tool.path("replay"), "check", "--no-cache", ".",
      ])
    #expect(
      run.errors == """
        replay: error: './a.expected.jsonl': open: Permission denied
        replay: hint: check the permissions
        replay: error: './d': open: Permission denied
        replay: hint: check the permissions, or choose another path

        """)
    #expect(run.text == "2 recordings: 1 passed, 1 could not be checked\n")
    #expect(run.status == 2)
  }
}
