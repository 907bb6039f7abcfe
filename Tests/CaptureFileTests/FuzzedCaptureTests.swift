import CaptureFile
import Foundation
import TestSupport
import Testing

@Suite struct `Fuzzed captures` {
  /// What the fuzzer begins with, and what it once found.
  static let paths =
    Fixtures.files(in: "../tools/fuzz/seeds/capture").map { "../tools/fuzz/seeds/capture/\($0)" }
    + Fixtures.files(in: "malformed/capture").map { "malformed/capture/\($0)" }

  @Test func `are there`() {
    #expect(Self.paths.count >= 7)
  }

  @Test(arguments: paths) func `are read alike from a file and out of gzip`(_ name: String) throws {
    let files = try TemporaryDirectory()
    let path = try files.write(try Fixtures.bytes(name), to: "a")
    let plain = readPackets(path)
    let run = try ToolRun(["sh", "-c", "gzip -c '\(path)' > '\(files.path("b"))'"])
    #expect(run.status == 0)
    let wrapped = readPackets(files.path("b"))
    if wrapped.error == .compressedTwice(path: files.path("b")) { return }
    #expect(wrapped.packets == plain.packets)
    #expect((wrapped.error == nil) == (plain.error == nil))
  }
}
