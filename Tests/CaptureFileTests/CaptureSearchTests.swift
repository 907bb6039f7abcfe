import CaptureFile
import Foundation
import TestSupport
import Testing

@Suite struct `Capture search` {
  private let files: TemporaryDirectory
  private let root: String

  init() throws {
    files = try TemporaryDirectory()
    root = files.path("tree")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
  }

  private func add(_ path: String, _ bytes: [UInt8]) throws {
    let url = URL(filePath: root).appending(path: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  private func shell(_ command: String) throws -> [UInt8] {
    let run = try ToolRun(["sh", "-c", "cd '\(root)' && \(command)"])
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  private var pcap: [UInt8] {
    get throws {
      let path = files.path("a.pcap")
      if !FileManager.default.fileExists(atPath: path) { try writeCapture(path, [[1]]) }
      return try files.read("a.pcap")
    }
  }

  @Test func `finds captures by their bytes, in the order of their paths`() throws {
    try add("b/two.pcap", pcap)
    try add("b.trace", pcap)
    try add("a", BlockFile().bytes)
    try add("notes.pcap", Array("no capture".utf8))
    try add("empty.pcap", [])
    try add("z/deep/er/ö\n\u{1b}.pcap", pcap)
    _ = try shell("gzip -c b.trace > c.gz; zstd -qc b.trace > d; echo text | gzip -c > e.gz; mkfifo pipe")
    let found = CaptureSearch.captures(below: root)
    #expect(found.failures == [])
    #expect(
      found.paths
        == ["a", "b.trace", "b/two.pcap", "c.gz", "d", "z/deep/er/ö\n\u{1b}.pcap"].map { "\(root)/\($0)" })
    for path in found.paths { #expect(readCapture(path).error == nil) }
    #expect(CaptureSearch.captures(below: root + "/").paths == found.paths)
  }

  @Test func `follows links to files, and none to directories`() throws {
    try add("one/a.pcap", pcap)
    _ = try shell("ln -s one two; ln -s one/a.pcap link; ln -s . loop; ln -s nowhere broken")
    let found = CaptureSearch.captures(below: root)
    #expect(found.paths == ["\(root)/link", "\(root)/one/a.pcap"])
    #expect(found.failures == [])
    #expect(CaptureSearch.captures(below: "\(root)/two").paths == ["\(root)/two/a.pcap"])
  }

  @Test func `tells what it cannot look into, and finds the rest`() throws {
    try add("a.pcap", pcap)
    try add("z.pcap", pcap)
    // Reading it fails even for root, for nothing is mapped at its beginning.
    _ = try shell("ln -s /proc/self/mem m")
    try add("d.pcap", [0x1f, 0x8b, 8, 0])
    _ = try shell(
      "xz -c a.pcap > b.pcap.xz; gzip -c a.pcap | head -c 12 > c.pcapng.gz; xz -c a.pcap > other.xz")
    let found = CaptureSearch.captures(below: root)
    #expect(found.paths == ["\(root)/a.pcap", "\(root)/z.pcap"])
    #expect(
      found.failures == [
        .compressed(path: "\(root)/b.pcap.xz", .xz),
        .decompression(path: "\(root)/c.pcapng.gz", .gzip, offset: 0, .cutShort),
        .decompression(path: "\(root)/d.pcap", .gzip, offset: 0, .cutShort),
        .system(path: "\(root)/m", SystemFailure(call: "read", code: EIO)),
      ])
  }

  @Test func `tells of directories and files without permission`() throws {
    try add("a.pcap", pcap)
    try add("b/a.pcap", pcap)
    try add("c.pcap", pcap)
    _ = try shell("chmod 755 . ..; chmod 0 b c.pcap")
    // As root the file system's user changes for this thread alone, which loses root's way around permissions.
    let isRoot = geteuid() == 0
    if isRoot { _ = setfsuid(65_534) }
    let found = CaptureSearch.captures(below: root)
    if isRoot { _ = setfsuid(0) }
    _ = try shell("chmod 755 b")
    #expect(found.paths == ["\(root)/a.pcap"])
    #expect(
      found.failures.map(\.description)
        == ["b", "c.pcap"].map { "'\(root)/\($0)': open: Permission denied" })
  }

  @Test func `tells of captures whose names no text can hold`() throws {
    try add("a.pcap", pcap)
    _ = try shell("cp a.pcap \"$(printf '\\377.pcap')\"; echo > \"$(printf '\\376')\"")
    let found = CaptureSearch.captures(below: root)
    #expect(found.paths == ["\(root)/a.pcap"])
    #expect(found.failures == [.nameNotUTF8(path: "\(root)/\u{fffd}.pcap")])
  }

  @Test func `goes 64 directories deep`() throws {
    let deep = Array(repeating: "d", count: 64).joined(separator: "/")
    try add("\(deep)/a.pcap", pcap)
    try add("\(deep)/e/a.pcap", pcap)
    let found = CaptureSearch.captures(below: root)
    #expect(found.paths == ["\(root)/\(deep)/a.pcap"])
    #expect(found.failures == [.tooDeep(path: "\(root)/\(deep)/e")])
    #expect(found.failures.first?.description == "'\(root)/\(deep)/e' lies deeper than 64 directories")
  }

  @Test func `tells that there is no directory`() throws {
    try add("a.pcap", pcap)
    #expect(
      CaptureSearch.captures(below: "\(root)/none").failures
        == [.system(path: "\(root)/none", SystemFailure(call: "open", code: ENOENT))])
    #expect(
      CaptureSearch.captures(below: "\(root)/a.pcap").failures == [.notADirectory(path: "\(root)/a.pcap")])
  }
}

// Glibc's module lacks it.
@_silgen_name("setfsuid") private func setfsuid(_ user: uid_t) -> Int32
