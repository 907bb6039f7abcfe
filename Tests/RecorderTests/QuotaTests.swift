import CaptureFile
import Foundation
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Quota of recordings` {
  /// Makes recordings of about 100 kB each.
  private func fill(_ rotating: Rotating, _ count: UInt64, from first: UInt64 = 1) {
    for number in first..<first + count {
      var script = Script(number, client: "10.0.0.1:\(40_000 + number)")
      script.server(noise(99_000, seed: number))
      script.close()
      rotating.record(script.events)
      rotating.recorder.rotate()
    }
  }

  private func total(_ rotating: Rotating) throws -> Int {
    try rotating.names().reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: rotating.directory + "/" + name)
      return sum + (attributes[.size] as? Int ?? 0)
    }
  }

  @Test func `deletes the oldest, capture and sidecar`() throws {
    let rotating = try Rotating(RotationPolicy(maximumTotal: 350_000))
    fill(rotating, 10)
    rotating.tick(after: 6)
    #expect(try total(rotating) <= 350_000)
    #expect(try total(rotating) > 200_000)
    #expect(rotating.deletedPaths == Array(rotating.paths.prefix(rotating.deletedPaths.count)))
    #expect(rotating.deletedPaths.count >= 7)
    let names = try rotating.names()
    let expected = rotating.paths.suffix(names.count / 2).map(fileName)
    // By name, the tenth of a second comes before the second.
    #expect(Set(names.filter { $0.hasSuffix(".pcap") }) == Set(expected))
    #expect(rotating.recorder.statistics.deletedCount == UInt64(rotating.deletedPaths.count))
  }

  @Test func `never deletes what is open, and ends it early instead`() throws {
    let rotating = try Rotating(RotationPolicy(maximumTotal: 400_000))
    var script = Script(1)
    for index in 0..<40 as Range<UInt64> { script.server(noise(30_000, seed: index)) }
    for event in script.events {
      rotating.record([event])
      rotating.tick(after: 6)
      #expect(try total(rotating) <= 400_000 + 300_000)
      let current = try #require(rotating.recorder.statistics.currentPath)
      #expect(FileManager.default.fileExists(atPath: current))
    }
    #expect(rotating.deletedPaths.count > 3)
    #expect(rotating.failures == [])
  }

  @Test func `leaves files alone that are not its own`() throws {
    let files = try TemporaryDirectory()
    let directory = files.path("recordings")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    let precious = try files.write(noise(10_000), to: "precious")
    let stem = directory + "/relay-20200101T000000Z"
    let foreign: [String: Data] = [
      directory + "/capture.pcap": Data(noise(500_000)),
      // Named like ours, but no capture, or without its other half.
      stem + ".pcap": Data(noise(500_000)), stem + ".sessions.jsonl": Data("{}\n".utf8),
      stem + "-3.pcap": Data([0x4d, 0x3c, 0xb2, 0xa1] + noise(500_000)),
    ]
    for (path, data) in foreign { try data.write(to: URL(filePath: path)) }
    try FileManager.default.createSymbolicLink(atPath: stem + "-2.pcap", withDestinationPath: precious)
    try FileManager.default.createSymbolicLink(
      atPath: stem + "-2.sessions.jsonl", withDestinationPath: precious)
    try FileManager.default.createDirectory(atPath: stem + "-4.pcap", withIntermediateDirectories: false)
    let before = Set(try FileManager.default.contentsOfDirectory(atPath: directory))
    let rotating = try Rotating(RotationPolicy(maximumTotal: 150_000), directory: directory)
    fill(rotating, 5)
    rotating.tick(after: 6)
    #expect(rotating.deletedPaths.count >= 4)
    #expect(before.isSubset(of: try rotating.names()))
    for (path, data) in foreign { #expect(try Data(contentsOf: URL(filePath: path)) == data) }
    #expect(try files.read("precious") == noise(10_000))
  }

  @Test func `leaves recordings alone that somebody has locked`() throws {
    let rotating = try Rotating(RotationPolicy())
    fill(rotating, 4)
    let kept = open(rotating.paths[0], O_RDONLY)
    defer { close(kept) }
    // The type of the same name hides the function from a plain call.
    #expect(kept >= 0 && flock(kept, LOCK_SH) == 0)
    rotating.recorder.reconfigure(RotationPolicy(maximumTotal: 1_000))
    rotating.tick(after: 6)
    rotating.tick(after: 6)
    #expect(rotating.deletedPaths == Array(rotating.paths[1...3]))
    #expect(rotating.reports.count { if case .overQuota = $0 { true } else { false } } == 1)
    #expect(flock(kept, LOCK_UN) == 0)
    rotating.tick(after: 6)
    #expect(rotating.deletedPaths.last == rotating.paths[0])
  }

  private func earlierRun(in directory: String) throws -> [String] {
    let rotating = try Rotating(directory: directory)
    fill(rotating, 3)
    rotating.recorder.finish()
    return rotating.paths
  }

  @Test func `counts and deletes what earlier runs left`() throws {
    let files = try TemporaryDirectory()
    let directory = files.path("recordings")
    let paths = try earlierRun(in: directory)
    // A crash between the two deletions leaves a sidecar.
    try FileManager.default.removeItem(atPath: paths[0])
    let second = try Rotating(RotationPolicy(maximumTotal: 110_000), directory: directory)
    second.tick()
    #expect(second.deletedPaths == Array(paths.prefix(2)))
    #expect(try second.names().count == 6)
  }
}
