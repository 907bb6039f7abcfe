import Foundation
import TestSupport
import Testing

@Suite struct `replay check` {
  @Test func `makes goldens, and finds them met`() throws {
    let place = try CheckPlace(fixtures: ["http1-plain", "http2"])
    let made = try place.check("--make", ".")
    #expect(
      made.output
        == "./http1-plain.expected.jsonl: written\n./http2.expected.jsonl: written\n2 recordings: 2 written\n"
    )
    #expect(try place.text("http2.expected.jsonl").hasPrefix(CheckPlace.header + "\n{\"protocol\":\"dns\""))
    let mode = try FileManager.default.attributesOfItem(atPath: place.directory.path("http2.expected.jsonl"))
    #expect(mode[.posixPermissions] as? Int == 0o600)
    let checked = try place.check("--strict", ".")
    #expect(checked.output == "2 recordings: 2 passed\n")
    #expect(checked.errors == "")
    #expect(checked.status == 0)
    #expect(try place.check("--make", ".").output == "2 recordings: 2 unchanged\n")
  }

  @Test func `tells of a failure the recording, session, exchange, field, both values and the packet`() throws
  {
    let place = try CheckPlace(fixtures: ["http1-plain"])
    _ = try place.check("--make", ".")
    #expect(try place.edit("http1-plain.expected.jsonl", #""status":200"#, #""status":404"#))
    let result = try place.check("http1-plain.pcap")
    #expect(
      result.output == """
        http1-plain.pcap: differs from 'http1-plain.expected.jsonl' in 1 place, of 4 exchanges
          session 2, exchange 0, packet 8: GET http://www.wiretape.test/
            response.status: expected 404, got 200
            to see it: wireshark -r http1-plain.pcap -g 8
        1 recording: 1 failed

        """)
    #expect(result.status == 1)
    let updated = try place.check("--update", ".")
    #expect(updated.output == "./http1-plain.expected.jsonl: written\n1 recording: 1 written\n")
    #expect(try place.check(".").status == 0)
  }

  struct Edit: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Of the golden's lines behind its header.
    var change: @Sendable (inout [String]) -> Void
    var output: String
  }

  static let edits = [
    Edit(
      testDescription: "one that is gone",
      change: { $0.append(#"{"protocol":"dns","host":"h","query":null}"#) },
      output: "  expected as number 5: DNS ?\n    is expected, and not there\n"),
    Edit(
      testDescription: "one that is new", change: { $0.remove(at: 1) },
      output:
        "  session 1, exchange 1, packet 3: DNS AAAA www.wiretape.test\n    is there, and not expected\n"
        + "    to see it: wireshark -r http1-plain.pcap -g 3\n"),
    Edit(
      testDescription: "two that changed places", change: { $0.swapAt(2, 3) },
      output: "  session 2, exchange 1, packet 10: GET http://www.wiretape.test/answer.json\n"
        + "    is out of order: expected as number 3\n    to see it: wireshark -r http1-plain.pcap -g 10\n"),
    Edit(
      testDescription: "another request",
      change: { $0[3] = $0[3].replacing(#""target":"/answer.json""#, with: #""target":"/other""#) },
      output: "  session 2, exchange 1, packet 10: GET http://www.wiretape.test/answer.json\n"
        + "    request.target: expected \"/other\", got \"/answer.json\"\n"
        + "    to see it: wireshark -r http1-plain.pcap -g 10\n"),
    Edit(
      testDescription: "a header field",
      change: { $0[3] = $0[3].replacing(#"["Server","nginx"]"#, with: #"["Server","apache"],["X-A","1"]"#) },
      output: "  session 2, exchange 1, packet 10: GET http://www.wiretape.test/answer.json\n"
        + "    response.headers[server]: expected \"apache\", got \"nginx\"\n"
        + "    response.headers[x-a]: expected \"1\", got nothing\n"
        + "    to see it: wireshark -r http1-plain.pcap -g 10\n"),
  ]

  @Test(arguments: edits) func `finds which exchange is which`(_ edit: Edit) throws {
    let place = try CheckPlace(fixtures: ["http1-plain"])
    _ = try place.check("--make", ".")
    var lines = try place.text("http1-plain.expected.jsonl").split(separator: "\n").map(String.init)
    let header = lines.removeFirst()
    edit.change(&lines)
    _ = try place.directory.write(
      Array(([header] + lines).joined(separator: "\n").utf8), to: "http1-plain.expected.jsonl")
    let result = try place.check("http1-plain.pcap")
    let head = "http1-plain.pcap: differs from 'http1-plain.expected.jsonl' in 1 place, of 4 exchanges\n"
    #expect(result.output == head + edit.output + "1 recording: 1 failed\n")
    #expect(result.status == 1)
  }

  @Test func `takes what one scenario says again for the same`() throws {
    let place = try CheckPlace(fixtures: ["scenario/first", "scenario/second"])
    _ = try place.directory.write(
      Array("rules:\n  - field: request.headers[x-run]\n    type: string\n".utf8), to: "canon.yaml")
    _ = try place.check("--make", "first.pcap")
    _ = try place.directory.write(
      try place.directory.read("first.expected.jsonl"), to: "second.expected.jsonl")
    let result = try place.check(".")
    #expect(result.output.hasSuffix("2 recordings: 1 passed, 1 failed\n"))
    #expect(result.output.contains("request.target: expected"))
    #expect(!result.output.contains("x-run") && !result.output.contains("date"))
  }

  @Test func `makes rules of what two recordings of one scenario differ in`() throws {
    let place = try CheckPlace(fixtures: ["scenario/first", "scenario/second"])
    let made = try place.check("--make", "first.pcap", "second.pcap")
    #expect(made.status == 0)
    #expect(made.errors == "")
    #expect(
      made.output.hasPrefix(
        "canon.yaml: 7 rules added\n  - field: request.target\n    mask: '/echo\\?key=([^/&]*)'\n"))
    #expect(made.output.hasSuffix("first.expected.jsonl: written\n"))
    #expect(
      try place.text("canon.yaml").contains(
        "  - field: request.body.form.parts[at].text\n    regex: '[0-9]+'\n"))
    _ = try place.directory.write(
      try place.directory.read("first.expected.jsonl"), to: "second.expected.jsonl")
    #expect(try place.check("--strict", ".").output == "2 recordings: 2 passed\n")
    #expect(
      try place.check("--make", "first.pcap", "second.pcap").errors
        == "replay: error: 'first.pcap' has a golden already: 'first.expected.jsonl'\n"
        + "replay: hint: write it anew with --update, or remove it first\n")
  }

  @Test func `adds rules behind those that are there, and keeps these`() throws {
    let place = try CheckPlace(fixtures: ["scenario/first", "scenario/second"])
    let rules = "# Ours.\nrules:\n    - field: response.body  # big\n      is: present\n"
    _ = try place.directory.write(Array(rules.utf8), to: "canon.yaml")
    #expect(try place.check("--make", "first.pcap", "second.pcap").status == 0)
    #expect(try place.text("canon.yaml").hasPrefix(rules + "    - field: request.target\n"))
    _ = try place.directory.write(
      Array("rules: [{field: a, is: present}]\n".utf8), to: "canon.yaml")
    try FileManager.default.removeItem(atPath: place.directory.path("first.expected.jsonl"))
    let refused = try place.check("--make", "first.pcap", "second.pcap")
    #expect(
      refused.errors == "replay: error: 'canon.yaml' is written in a way to which no rules can be added\n"
        + "replay: hint: add these to its 'rules:' by hand, and make the golden again\n")
    #expect(refused.status == 2)
  }

  @Test func `refuses to make rules of recordings that have little in common`() throws {
    let place = try CheckPlace(fixtures: ["dns-udp", "smtp"])
    let result = try place.check("--make", "dns-udp.pcap", "smtp.pcap")
    #expect(
      result.errors.hasPrefix("replay: error: 'dns-udp.pcap' and 'smtp.pcap' are no recordings of the same: ")
    )
    #expect(result.errors.hasSuffix("replay: hint: make goldens of different recordings one at a time\n"))
    #expect(result.status == 2)
    #expect(!FileManager.default.fileExists(atPath: place.directory.path("canon.yaml")))
  }

  @Test func `checks what --only names`() throws {
    let place = try CheckPlace(fixtures: ["http1-plain", "http2"])
    _ = try place.check("--make", ".")
    #expect(try place.check("--only", "*2.pcap", ".").output == "1 recording: 1 passed\n")
    #expect(try place.check("--only", "x*", ".").output == "0 recordings\n")
  }

  @Test func `reports in JUnit's XML, TAP and JSON`() throws {
    let place = try CheckPlace(fixtures: ["http1-plain", "http2", "smtp"])
    _ = try place.check("--make", "http1-plain.pcap", "http2.pcap", ".")
    try FileManager.default.removeItem(atPath: place.directory.path("smtp.expected.jsonl"))
    #expect(try place.edit("http2.expected.jsonl", #""status":200"#, #""status":"<404>""#))
    let report = try place.check("--junit", "report.xml", "--tap", ".")
    #expect(report.status == 1)
    #expect(
      report.output.hasPrefix("TAP version 14\nok 1 - ./http1-plain.pcap\nnot ok 2 - ./http2.pcap\n  ---\n"))
    #expect(report.output.hasSuffix("  ...\nok 3 - ./smtp.pcap # SKIP './smtp.pcap' has no golden\n1..3\n"))
    let xml = try place.text("report.xml")
    #expect(xml.contains(#"<testsuites name="replay check" tests="3" failures="1" errors="0" skipped="1">"#))
    #expect(xml.contains("response.status: expected &quot;&lt;404&gt;&quot;, got 200"))
    try XMLDocumentCheck.check(xml)
    let lines = try place.check("--json", ".").output.split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(
      lines[1].hasPrefix(#"{"v":1,"file":"./http2.pcap","session":2,"index":0,"packet":8,"kind":"changed""#))
    #expect(lines[1].hasSuffix(#""field":"response.status","expected":"\"<404>\"","actual":"200"}"#))
    #expect(lines[3].hasPrefix(#"{"v":1,"file":"./smtp.pcap","verdict":"no-golden""#))
  }

  @Test func `goes the same way with one thread as with several`() throws {
    let names = ["http1-plain", "http2", "smtp", "dns-udp", "http1-framing"]
    let place = try CheckPlace(fixtures: names)
    _ = try place.check("--make", ".")
    for name in names {
      #expect(try place.edit("\(name).expected.jsonl", #""findings":[]"#, #""findings":[1]"#))
    }
    let alone = try place.check("--jobs", "1", "--no-cache", ".")
    let together = try place.check("--jobs", "5", "--no-cache", ".")
    #expect(alone.output == together.output)
    #expect(alone.output.hasSuffix("5 recordings: 5 failed\n"))
  }

  @Test func `uses the nearest rules`() throws {
    let place = try CheckPlace(fixtures: ["http2"])
    let directory = place.directory
    try FileManager.default.createDirectory(
      atPath: directory.path("a/b"), withIntermediateDirectories: true)
    for name in ["http2.pcap", "http2.sessions.jsonl"] {
      try FileManager.default.moveItem(atPath: directory.path(name), toPath: directory.path("a/b/\(name)"))
    }
    _ = try directory.write(Array("rules: [{field: response, is: present}]\n".utf8), to: "canon.yaml")
    _ = try place.check("--make", ".")
    #expect(try place.text("a/b/http2.expected.jsonl").contains(#""response":{"canon":"present"}"#))
    _ = try directory.write(Array("defaults: false\n".utf8), to: "a/canon.yaml")
    _ = try place.check("--update", ".")
    #expect(try place.text("a/b/http2.expected.jsonl").contains(#""start":"20"#))
    var tool = Tool("replay")
    tool.environment["XDG_CACHE_HOME"] = directory.path("cache")
    #expect(try tool.run(["check", "http2.pcap"], directory: directory.path("a/b")).status == 0)
  }
}
