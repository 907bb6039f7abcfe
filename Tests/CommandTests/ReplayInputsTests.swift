import Foundation
import TestSupport
import Testing

/// Several captures, directories of them, and what is wrong with some.
@Suite struct `replay with several inputs` {
  /// Three captures with so many exchanges that what waits for its turn fills memory and then a file.
  private static let many =
    SmallCapture.header + Array(repeatElement(SmallCapture.record(SmallCapture.query), count: 6_000).joined())

  private func directory(_ files: [String: [UInt8]]) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for (name, bytes) in files {
      let folder = directory.url.appending(path: name).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      _ = try directory.write(bytes, to: name)
    }
    return directory
  }

  private func replay(
    _ arguments: [String], in directory: TemporaryDirectory, environment: [String: String?] = [:]
  ) throws -> Tool.Result {
    var tool = Tool("replay")
    tool.environment = environment
    return try tool.run(arguments, directory: directory.url.path)
  }

  // MARK: Order

  @Test(arguments: [["exchanges"], ["list", "--json"], ["events", "--no-data"]])
  func `tells of one after the other, and of which each line is`(_ command: [String]) throws {
    let names = ["c.pcap", "a.pcap", "b.pcap"]
    let files = try directory(Dictionary(uniqueKeysWithValues: names.map { ($0, Self.many) }))
    let one = try replay(command + ["a.pcap"], in: files)
    #expect(one.output.hasPrefix("{\"v\":1,\"session\":"))
    let expected = names.map { one.output.replacing("{\"v\":1,", with: "{\"v\":1,\"file\":\"\($0)\",") }
      .joined()
    for jobs in ["1", "2", "8"] {
      let result = try replay(command + names + ["--jobs", jobs], in: files)
      #expect(result.output == expected, "--jobs \(jobs)")
      #expect(result.errors == "")
      #expect(result.status == 0)
    }
  }

  @Test func `does without a place for temporary files`() throws {
    let files = try directory(["a.pcap": Self.many, "b.pcap": Self.many])
    let normal = try replay(["exchanges", "a.pcap", "b.pcap", "--jobs", "2"], in: files)
    let result = try replay(
      ["exchanges", "a.pcap", "b.pcap", "--jobs", "2"], in: files, environment: ["TMPDIR": "/nonexistent"])
    #expect(result.output == normal.output)
    #expect(result.errors == "")
    #expect(result.status == 0)
  }

  @Test func `leaves nothing behind in the place for temporary files`() throws {
    let files = try directory(["a.pcap": Self.many, "b.pcap": Self.many, "tmp/none": []])
    let place = files.path("tmp")
    _ = try replay(
      ["exchanges", "a.pcap", "b.pcap", "--jobs", "2"], in: files, environment: ["TMPDIR": place])
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["none"])
  }

  @Test func `shows for people which capture is which`() throws {
    let files = try directory(["a.pcap": SmallCapture.whole, "b\n.pcap": SmallCapture.whole])
    let one = try replay(["show", "a.pcap"], in: files).output
    let both = try replay(["show", "a.pcap", "b\n.pcap"], in: files)
    #expect(both.output == "==> a.pcap <==\n\(one)==> b\\u{a}.pcap <==\n\(one)")
    let list = try replay(["list", "a.pcap", "b\n.pcap"], in: files).output
    #expect(
      list.split(separator: "\n").filter { $0.hasPrefix("==>") } == [
        "==> a.pcap <==", "==> b\\u{a}.pcap <==",
      ])
  }

  @Test func `reads standard input among files`() throws {
    let files = try directory(["a.pcap": SmallCapture.whole])
    let result = try Tool("replay").run(
      ["exchanges", "a.pcap", "-"], input: Data(SmallCapture.whole), directory: files.url.path)
    #expect(result.output.split(separator: "\n").count == 2)
    #expect(result.output.contains("\"file\":\"-\""))
    #expect(result.status == 0)
  }

  // MARK: Directories

  @Test func `takes a directory for the captures below it`() throws {
    let files = try directory([
      "d/b.pcap": SmallCapture.whole, "d/a/z.pcap": SmallCapture.whole, "d/a/notes.txt": Array("notes".utf8),
      "d/a/z.sessions.jsonl": Array("{\"v\":1,\"format\":\"wiretape-sessions\"}\n".utf8),
    ])
    let result = try replay(["exchanges", "d"], in: files)
    let named = result.output.matches(of: /"file":"([^"]*)"/).map { String($0.1) }
    #expect(named == ["d/a/z.pcap", "d/b.pcap"])
    #expect(result.errors == "")
    // One capture in a directory is named all the same, so that a script need not count.
    #expect(try replay(["exchanges", "d/a"], in: files).output.contains("\"file\":\"d/a/z.pcap\""))
  }

  @Test func `reads recordings of one second in the order in which they were made`() throws {
    let names = ["", "-2", "-10", "-11"].map { "relay-20261201T080000Z\($0).pcap" }
    let files = try directory(Dictionary(uniqueKeysWithValues: names.map { ("d/\($0)", SmallCapture.whole) }))
    let named = try replay(["exchanges", "d"], in: files).output.matches(of: /"file":"d\/([^"]*)"/)
    #expect(named.map { String($0.1) } == names)
  }

  @Test func `says that a directory has none`() throws {
    let files = try directory(["d/notes.txt": Array("notes".utf8), "a.pcap": SmallCapture.whole])
    let result = try replay(["exchanges", "d", "a.pcap"], in: files)
    #expect(
      result.errors
        == "replay: error: 'd' has no captures in it\nreplay: hint: name a capture, or another directory\n")
    #expect(result.output.split(separator: "\n").count == 1)
    #expect(result.status == 2)
  }

  // MARK: What is wrong with some

  @Test func `reads the rest, and tells each failure where it belongs`() throws {
    let files = try directory([
      "d/1.pcap": SmallCapture.whole,
      "d/2.pcap": SmallCapture.whole + SmallCapture.record(SmallCapture.query).dropLast(3),
      "d/3.pcap": Array(SmallCapture.header.prefix(20)), "d/4\n.pcap": SmallCapture.header(linkType: 105),
      "d/5.pcap": SmallCapture.whole + SmallCapture.record([0x45, 0, 0]), "d/6.pcap": SmallCapture.whole,
    ])
    for jobs in ["1", "4"] {
      let result = try replay(["exchanges", "d", "missing", "--jobs", jobs], in: files)
      let named = result.output.matches(of: /"file":"([^"]*)"/).map { String($0.1) }
      #expect(named == ["d/1.pcap", "d/2.pcap", "d/5.pcap", "d/6.pcap"])
      #expect(
        result.errors == """
          replay: error: 'd/2.pcap' is cut short in packet 2, at byte 157
          replay: hint: everything before that was read
          replay: error: 'd/3.pcap' ends inside the capture's file header
          replay: hint: was the recording stopped before its first packet was written?
          replay: error: 'd/4\\u{a}.pcap' has link type 105 (IEEE802_11: 802.11), which is not supported
          replay: hint: captures of Ethernet, Linux cooked (any), BSD loopback, PPP and raw IP packets can be read
          replay: 'd/5.pcap': 1 packet skipped: ipv4 header cut short (first: packet 2)
          replay: error: 'missing': open: No such file or directory
          replay: hint: check the path and its permissions

          """)
      #expect(result.status == 2)
    }
  }

  @Test func `tells of files that it may not read, and reads the others`() throws {
    let files = try directory(["d/a.pcap": SmallCapture.whole, "d/b.pcap": SmallCapture.whole])
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: files.path("d/a.pcap"))
    let mayReadAll = geteuid() == 0
    let run = try ToolRun(
      (mayReadAll ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []) + [
        "env", "-C", files.url.path, Tool.path("replay"), "exchanges", "d",
      ])
    #expect(
      run.errors
        == "replay: error: 'd/a.pcap': open: Permission denied\nreplay: hint: check the permissions, or choose another path\n"
    )
    #expect(run.lines.count == 1)
    #expect(run.text.contains("\"file\":\"d/b.pcap\""))
    #expect(run.status == 2)
  }

  @Test func `says what met nothing only if it did so nowhere`() throws {
    let http = try Fixtures.bytes("http1-plain.pcap")
    let files = try directory(["a.pcap": http, "b.pcap": SmallCapture.whole])
    let both = try replay(["list", "--protocol", "http", "--status", "418", "a.pcap", "b.pcap"], in: files)
    #expect(both.errors == "replay: no exchange has status '418'\n")
    #expect(both.status == 0)
    #expect(
      try replay(["list", "--protocol", "http", "b.pcap"], in: files).errors
        == "replay: no exchange is of protocol 'http'\n")
  }

  @Test func `counts several captures together`() throws {
    let files = try directory(["a.pcap": SmallCapture.whole, "b.pcap": SmallCapture.whole])
    let result = try replay(["stats", "--by", "protocol", "a.pcap", "b.pcap"], in: files)
    #expect(result.output.hasPrefix("2 sessions, 2 exchanges from 2026-11-24 08:28:22 to 08:28:22 UTC\n"))
    #expect(result.output.contains("\ndns                 2         2         2\n"))
  }
}
