import Foundation
import TestSupport
import Testing

/// What `replay export` and `replay extract` do as commands: messages, exit statuses, and what they leave behind.
@Suite struct `replay export` {
  let place: TemporaryDirectory
  static let capture = Fixtures.folder.appendingPathComponent("http1-tls.pcap").path

  init() throws {
    place = try TemporaryDirectory()
  }

  private func replay(_ arguments: [String]) throws -> Tool.Result {
    try Tool("replay").run(arguments, directory: place.url.path)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var errors: String
    var status: Int32

    var testDescription: String { "replay \(arguments.joined(separator: " "))" }
  }

  static let exportHint = "replay: hint: see 'replay export --help'\n"
  static let extractHint = "replay: hint: see 'replay extract --help'\n"

  static let cases = [
    Case(
      arguments: ["export", capture],
      errors: "replay: error: no form given: --har, --curl, --markdown or --pcapng\n" + exportHint, status: 64
    ),
    Case(
      arguments: ["export", "--har", "a", "--curl", "b", capture],
      errors: "replay: error: --har, --curl, --markdown and --pcapng cannot be written at once\n"
        + exportHint,
      status: 64),
    Case(
      arguments: ["export", "--har", "", capture],
      errors: "replay: error: the path to write to is empty\n" + exportHint, status: 64),
    Case(
      arguments: ["export", "--pcapng", "-", "--redact", capture],
      errors:
        "replay: error: --pcapng writes packets as they are: neither --redact nor --body-limit can be heeded\n"
        + exportHint, status: 64),
    Case(
      arguments: ["export", "--har", "-", "--body-limit", "10 MB", capture],
      errors: "replay: error: the value '10 MB' is invalid for '--body-limit <size>'\n" + exportHint,
      status: 64),
    Case(
      arguments: ["export", "--har", "there", capture],
      errors: "replay: error: 'there' exists already\n"
        + "replay: hint: choose another path, or replace the file with --force\n", status: 2),
    Case(
      arguments: ["export", "--har", "none/a.har", capture],
      errors: "replay: error: 'none': open: No such file or directory\n"
        + "replay: hint: check that the directory exists\n", status: 2),
    Case(
      arguments: ["export", "--pcapng", "-", "-"],
      errors: "replay: error: 'standard input' can be read only once, and this is read twice\n"
        + "replay: hint: save it to a file first, and name that\n", status: 2),
    Case(
      arguments: ["export", "--har", "a.har", "missing.pcap"],
      errors: "replay: error: 'missing.pcap': open: No such file or directory\n"
        + "replay: hint: check the path and its permissions\n", status: 2),
    Case(
      arguments: ["extract", capture],
      errors: "replay: error: where to? give --output or --list\n" + extractHint, status: 64),
    Case(
      arguments: ["extract", "--list", "-o", "out", capture],
      errors: "replay: error: --list writes nothing, so leave out --output\n" + extractHint, status: 64),
    Case(
      arguments: ["extract", "--requests", "--both", "--list", capture],
      errors: "replay: error: --both has the requests already\n" + extractHint, status: 64),
    Case(
      arguments: ["extract", "-o", "there", capture],
      errors: "replay: error: 'there': open: Not a directory\n", status: 2),
  ]

  @Test(arguments: cases)
  func `says what is wrong, and leaves nothing behind`(_ test: Case) throws {
    _ = try place.write(Array("mine".utf8), to: "there")
    let result = try replay(test.arguments)
    #expect(result.errors == test.errors)
    #expect(result.output == "")
    #expect(result.status == test.status)
    #expect(try place.names() == ["there"])
    #expect(try place.read("there") == Array("mine".utf8))
  }

  @Test func `replaces a file when told to`() throws {
    _ = try place.write(Array("old".utf8), to: "a.har")
    #expect(try replay(["export", "--har", "a.har", "--force", Self.capture]).status == 0)
    #expect(try place.read("a.har").starts(with: #"{"log":"#.utf8))
    #expect(try place.names() == ["a.har"])
  }

  @Test func `writes what can be read of a damaged capture, and says that it is`() throws {
    let whole = try Fixtures.bytes("http1-plain.pcap")
    _ = try place.write(Array(whole.dropLast(10)), to: "cut.pcap")
    let result = try replay(["export", "--har", "cut.har", "cut.pcap"])
    #expect(result.status == 2)
    #expect(result.errors.contains("cut short"))
    #expect(try JSON.object(String(decoding: try place.read("cut.har"), as: UTF8.self)) != nil)
  }

  @Test func `ends quietly when the reader has seen enough`() throws {
    let tools = URL(filePath: Tool.path("replay")).deletingLastPathComponent().path
    for form in ["--har", "--markdown", "--pcapng"] {
      let script =
        "'\(tools)/replay' export \(form) - '\(Self.capture)' 2>errors | head -c 10 >/dev/null; cat errors"
      let run = try ToolRun(["sh", "-c", "cd '\(place.url.path)' && \(script)"])
      #expect(!run.text.contains("error"), "\(form): \(run.text)")
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `leaves nothing behind when it is ended, and dies of the signal`(signal: Int32) throws {
    // A pipe that stays open keeps the command reading.
    let input = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: Tool.path("replay"))
    process.arguments = ["export", "--har", "a.har", "-"]
    process.currentDirectoryURL = place.url
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    input.fileHandleForWriting.write(Data(try Fixtures.bytes("http1-plain.pcap")))
    while try place.names() == [] { usleep(1_000) }
    #expect(try place.names().allSatisfy { $0.hasSuffix(".part") })
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == signal)
    #expect(try place.names() == [])
  }

  @Test func `extracts from several captures into one directory`() throws {
    for folder in ["a", "b"] {
      try FileManager.default.createDirectory(atPath: place.path(folder), withIntermediateDirectories: false)
      try FileManager.default.copyItem(atPath: Self.capture, toPath: place.path("\(folder)/x.pcap"))
    }
    let result = try replay(["extract", "--json", "-o", "out", "a", "b"])
    #expect(result.status == 0)
    let lines = try result.output.split(separator: "\n").map { try #require(try JSON.object(String($0))) }
    #expect(lines.map { $0["file"] as? String } == ["a/x.pcap", "a/x.pcap", "b/x.pcap", "b/x.pcap"])
    #expect(lines.map { $0["name"] as? String } == ["long.txt", "64K.bin", "long-2.txt", "64K-2.bin"])
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path("out")).sorted()
    #expect(names == ["64K-2.bin", "64K.bin", "long-2.txt", "long.txt"])
  }

  @Test func `tells how many secrets it wrote`() throws {
    // The recorded requests have none.
    #expect(try replay(["export", "--curl", "-", Self.capture]).errors == "")
  }

  @Test(arguments: ["--har", "--pcapng"]) func `never replaces a capture that it reads`(_ form: String) throws
  {
    let copy = place.path("copy.pcap")
    try FileManager.default.copyItem(atPath: Self.capture, toPath: copy)
    try FileManager.default.createSymbolicLink(atPath: place.path("link"), withDestinationPath: "copy.pcap")
    let run = try replay(["export", form, "copy.pcap", "--force", "link"])
    #expect(
      run.errors
        == "replay: error: 'copy.pcap' is read, and would be replaced\nreplay: hint: choose another path\n")
    #expect(run.status == 2)
    #expect(FileManager.default.contentsEqual(atPath: copy, andPath: Self.capture))
    #expect(try place.names() == ["copy.pcap", "link"])
  }
}
