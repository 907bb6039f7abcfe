import Foundation
import TestSupport
import Testing

@Suite struct `replay messages` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    /// The input files by name, relative to the directory that the command runs in.
    var files: [String: [UInt8]] = [:]
    var errors: String
    var status: Int32

    var testDescription: String { "replay \(arguments.joined(separator: " "))" }
  }

  static let captureHint =
    "replay: hint: 'replay' reads pcap and pcapng files, such as 'relay' and tcpdump write\n"
  static let emptyHint = "replay: hint: was the recording stopped before its first packet was written?\n"
  static let helpHint = "replay: hint: see 'replay show --help'\n"
  static let subcommandHint = "replay: hint: 'replay show FILE' shows a recording; see 'replay --help'\n"

  static let cases = [
    Case(
      arguments: ["show", "missing.pcap"],
      errors: "replay: error: 'missing.pcap': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
    Case(
      arguments: ["show", "."],
      errors:
        "replay: error: '.' has no captures in it\nreplay: hint: name a capture, or another directory\n",
      status: 2),
    Case(
      arguments: ["stats", "a.sessions.jsonl"],
      files: ["a.sessions.jsonl": Array(#"{"v":1,"format":"wiretape-sessions"}"#.utf8)],
      errors: "replay: error: 'a.sessions.jsonl' is no pcap or pcapng capture: unknown file format\n"
        + "replay: hint: it is a sidecar; name the capture beside it: 'a.pcap'\n", status: 2),
    Case(
      arguments: ["list", "a\nb.pcap"],
      errors: "replay: error: 'a\\u{a}b.pcap': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
    Case(
      arguments: ["exchanges", "empty.pcap"], files: ["empty.pcap": []],
      errors: "replay: error: 'empty.pcap' is empty\n" + emptyHint, status: 2),
    Case(
      arguments: ["show", "-"], errors: "replay: error: '-' is empty\n" + emptyHint, status: 2),
    Case(
      arguments: ["events", "notes.txt"], files: ["notes.txt": Array("These are my notes.\n".utf8)],
      errors: "replay: error: 'notes.txt' is no pcap or pcapng capture: unknown file format\n"
        + captureHint,
      status: 2),
    Case(
      arguments: ["show", "stub.pcap"], files: ["stub.pcap": Array(SmallCapture.header.prefix(20))],
      errors: "replay: error: 'stub.pcap' ends inside the capture's file header\n" + emptyHint, status: 2),
    Case(
      arguments: ["show", "wifi.pcap"], files: ["wifi.pcap": SmallCapture.header(linkType: 105)],
      errors: "replay: error: 'wifi.pcap' has link type 105 (IEEE802_11: 802.11), which is not supported\n"
        + "replay: hint: captures of Ethernet, Linux cooked (any), BSD loopback, PPP and raw IP packets can be read\n",
      status: 2),
    Case(
      arguments: ["show", "z.pcap"], files: ["z.pcap": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]],
      errors: "replay: error: 'z.pcap': the gzip data is cut short after 0 bytes of the capture\n"
        + "replay: hint: everything before that was read\n", status: 2),
    Case(
      arguments: ["show", "a.pcap"],
      files: ["a.pcap": SmallCapture.whole, "a.sessions.jsonl": Array("{\"some\":\"json\"}\n".utf8)],
      errors: "replay: error: 'a.sessions.jsonl' is no wiretape sidecar\n"
        + "replay: hint: read the packets alone with --no-sidecar\n", status: 2),
    Case(
      arguments: ["show", "--frobnicate", "a.pcap"],
      errors: "replay: error: unknown option '--frobnicate'\n" + helpHint,
      status: 64),
    Case(
      arguments: ["show"], errors: "replay: error: missing expected argument '<file> ...'\n" + helpHint,
      status: 64),
    Case(
      arguments: ["show", "--width", "10", "a.pcap"],
      errors: "replay: error: --width 10 is too narrow; give at least 60 columns\n" + helpHint, status: 64),
    Case(
      arguments: ["show", "-", "a.pcap", "-"],
      errors: "replay: error: standard input ('-') can be read once only\n" + helpHint, status: 64),
    Case(
      arguments: ["show", "a.pcap", ""], errors: "replay: error: a file's name is empty\n" + helpHint,
      status: 64),
    Case(
      arguments: ["show", "--jobs", "0", "a.pcap"],
      errors: "replay: error: --jobs 0 is not between 1 and 256\n" + helpHint, status: 64),
    Case(
      arguments: ["show", "--status", "2x", "a.pcap"],
      errors:
        "replay: error: --status wants a status such as 200, 4xx, 400-499, '>=400', NXDOMAIN, error or none, "
        + "not '2x'\n" + helpHint, status: 64),
    Case(
      arguments: ["show", "--session", "5-3", "a.pcap"],
      errors: "replay: error: --session wants a number, or a range such as 3-5 or 8-, not '5-3'\n" + helpHint,
      status: 64),
    Case(
      arguments: ["show", "--since", "yesterday", "a.pcap"],
      errors:
        "replay: error: --since wants a time such as 2026-11-24T09:04:43Z, 09:04 or +90s, not 'yesterday'\n"
        + helpHint, status: 64),
    Case(
      arguments: ["show", "--protocol", "gopher", "a.pcap"],
      errors:
        "replay: error: --protocol wants one of http, http/1, h2, grpc, websocket, sse, dns, tls, smtp, imap, "
        + "pop3, ftp, redis, postgresql, socks, proxy, unknown, not 'gopher'\n" + helpHint, status: 64),
    Case(
      arguments: ["stats", "--by", "colour", "a.pcap"],
      errors: "replay: error: the value 'colour' is invalid for '--by <grouping>'. "
        + "Please provide one of 'host', 'protocol', 'status', 'method' or 'process'.\n"
        + "replay: hint: see 'replay stats --help'\n", status: 64),
    Case(
      arguments: ["events", "--status", "404", "-"],
      errors: "replay: error: with these filters the input is read twice, which standard input cannot be\n"
        + "replay: hint: write it to a file first, and read that\n", status: 64),
    Case(
      arguments: ["torture", "--rounds", "5", "--seconds", "5", "a.pcap"],
      errors: "replay: error: --rounds and --seconds are two ways to say when to end; give one\n"
        + "replay: hint: see 'replay torture --help'\n", status: 64),
    Case(
      arguments: ["torture", "--rounds", "0", "a.pcap"],
      errors: "replay: error: --rounds 0 is not between 1 and 1000000000\n"
        + "replay: hint: see 'replay torture --help'\n", status: 64),
    Case(
      arguments: ["verify", "missing.pcap"],
      errors: "replay: error: 'missing.pcap': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
    Case(
      arguments: ["a.pcap"], files: ["a.pcap": SmallCapture.whole],
      errors: "replay: error: unknown subcommand 'a.pcap'\n"
        + "replay: hint: 'replay show a.pcap' shows what is in it; see 'replay --help'\n", status: 64),
    Case(
      arguments: ["list", "--process", "", "a.pcap"],
      errors: "replay: error: --process wants a name or a number\n"
        + "replay: hint: see 'replay list --help'\n", status: 64),
    Case(
      arguments: ["events", "--process", "curl", "--process", "7", "a.pcap"],
      files: ["a.pcap": SmallCapture.whole],
      errors: "replay: no session is of process 'curl'\nreplay: no session is of process '7'\n"
        + "replay: no session names its process, which only a sidecar does\n", status: 0),
    Case(
      arguments: ["frobnicate"], errors: "replay: error: unknown subcommand 'frobnicate'\n" + subcommandHint,
      status: 64),
    Case(arguments: [], errors: "replay: error: no subcommand given\n" + subcommandHint, status: 64),
  ]

  @Test(arguments: cases)
  func `say what, where and what to do`(_ test: Case) throws {
    let directory = try TemporaryDirectory()
    for (name, bytes) in test.files { _ = try directory.write(bytes, to: name) }
    let result = try Tool("replay").run(test.arguments, directory: directory.url.path)
    #expect(result.errors == test.errors)
    #expect(result.status == test.status)
    #expect(result.output == "")
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var capture: [UInt8]
    var sidecar: String?
    var errors: String
  }

  static let damages = [
    Damage(
      testDescription: "truncated",
      capture: SmallCapture.whole + SmallCapture.record(SmallCapture.query).dropLast(3), sidecar: nil,
      errors: "replay: error: 'a.pcap' is cut short in packet 2, at byte "
        + "\(SmallCapture.whole.count + SmallCapture.record(SmallCapture.query).count - 3)\n"
        + "replay: hint: everything before that was read\n"),
    Damage(
      testDescription: "malformed",
      capture: SmallCapture.whole + [0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      sidecar: nil,
      errors: "replay: error: 'a.pcap': packet 2, at byte \(SmallCapture.whole.count): "
        + "invalid packet capture length 4294967280, bigger than snaplen of 65535\nreplay: hint: everything before that was read\n"
    ),
    Damage(
      testDescription: "sidecar cut short", capture: SmallCapture.whole,
      sidecar: "{\"format\":\"wiretape-sessions\",\"v\":1,\"tool\":\"test\",\"link_type\":\"raw\","
        + "\"created\":\"2026-11-24T08:15:02.000000000Z\"}\n{\"after\":",
      errors: "replay: error: 'a.sessions.jsonl' is cut short\n"
        + "replay: hint: what the sidecar lacks was taken from the packets; --no-sidecar ignores it altogether\n"
    ),
  ]

  @Test(arguments: damages)
  func `tell of damage after everything that can be read`(_ test: Damage) throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(test.capture, to: "a.pcap")
    if let sidecar = test.sidecar { _ = try directory.write(Array(sidecar.utf8), to: "a.sessions.jsonl") }
    let result = try Tool("replay").run(["events", "--no-data", "a.pcap"], directory: directory.url.path)
    #expect(result.errors == test.errors)
    #expect(result.status == 2)
    #expect(result.output.split(separator: "\n").count == 3)
    #expect(result.output.contains("\"event\":\"datagram\",\"from\":\"client\",\"length\":24"))
  }

  @Test func `say when standard output cannot be written`() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(SmallCapture.whole, to: "a.pcap")
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let result = try Tool("replay").run(["show", "a.pcap"], directory: directory.url.path, output: full)
    #expect(
      result.errors == "replay: error: standard output: write: No space left on device\n"
        + "replay: hint: is the disk full?\n")
    #expect(result.status == 2)
  }

  @Test func `stay quiet when the reader is gone`() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(SmallCapture.whole, to: "a.pcap")
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let result = try Tool("replay").run(
      ["show", "a.pcap"], directory: directory.url.path, output: pipe.fileHandleForWriting)
    #expect(result.errors == "")
    #expect(result.status == 0)
  }
}
