import CaptureFile
import Foundation
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Faults of rotating recordings` {
  private let files = FileManager.default

  @Test func `a full disk loses what it must, and sessions go on when there is room again`() throws {
    let disk = try SmallDisk(kibibytes: 2_048)
    let rotating = try Rotating(directory: disk.path + "/recordings")
    var script = Script(1)
    for index in 0..<200 as Range<UInt64> { script.server(noise(20_000, seed: index)) }
    rotating.record(script.events)
    #expect(rotating.failures == ["'\(rotating.paths[0])': write: No space left on device"])
    #expect(rotating.recorder.statistics.currentPath == nil)
    // No room yet: nothing is tried, and nothing more told.
    for _ in 0..<100 { rotating.tick() }
    #expect(rotating.reports.count == 2)
    let lost = rotating.recorder.statistics
    #expect(lost.lostEventCount > 50 && lost.lostByteCount == lost.lostEventCount * 20_000)

    let failed = rotating.paths[0]
    let kept = try serverByteCount(failed)
    #expect(kept > 1_000_000)
    let loss = try #require(try self.loss(failed))
    #expect(loss.reason == rotating.failures[0])
    try files.moveItem(atPath: failed, toPath: rotating.files.path("kept.pcap"))
    rotating.tick(after: 31)
    script.server("the end")
    script.close()
    rotating.record(script.events.suffix(2))
    rotating.recorder.finish()
    let resumed = try #require(rotating.paths.last)
    #expect(rotating.reports.contains { if case .resumed(resumed, _) = $0 { true } else { false } })
    let lines = try rotating.lines(resumed)
    #expect(lines.dropFirst().first?.content == .gap(.serverToClient, byteCount: 4_000_000))
    #expect(try serverByteCount(resumed) == 7)
    #expect(try Tshark(path: resumed).complaints() == [])
    // The failed one's last line has the final count.
    let final = try sidecarLoss(failed)
    #expect(final?.eventCount == lost.lostEventCount && final?.byteCount == lost.lostByteCount)
  }

  @Test func `a disk that fills again and again is tried less and less`() throws {
    let disk = try SmallDisk(kibibytes: 2_048)
    let rotating = try Rotating(directory: disk.path + "/recordings")
    var script = Script(1)
    var seconds = 0
    for round in 0..<60 as Range<UInt64> {
      for index in 0..<30 { script.server(noise(60_000, seed: round * 100 + UInt64(index))) }
      rotating.record(script.events)
      script = Script(round + 2, client: "10.0.0.1:\(41_000 + round)")
      // Somebody makes room, every second.
      for name in try rotating.names() where rotating.recorder.statistics.currentPath == nil {
        try files.removeItem(atPath: rotating.directory + "/" + name)
      }
      rotating.tick()
      seconds += 1
    }
    #expect((3...8).contains(rotating.failures.count), "\(rotating.failures)")
  }

  @Test func `a deleted recording is followed by another within a second`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("before")
    rotating.record(script.events)
    rotating.tick()
    try files.removeItem(atPath: rotating.paths[0])
    rotating.tick()
    #expect(rotating.failures == ["'\(rotating.paths[0])' was removed or renamed while it was written"])
    #expect(rotating.paths.count == 2)
    script.client("after")
    rotating.record(script.events.suffix(1))
    rotating.recorder.finish()
    let lines = try rotating.lines(rotating.paths[1])
    #expect(lines.dropFirst().first?.content == .gap(.clientToServer, byteCount: 6))
    // All its packets are lost; no event is.
    let statistics = rotating.recorder.statistics
    #expect(statistics.lostPacketCount == 4 && statistics.lostEventCount == 0)
  }

  @Test func `a directory that vanishes is made anew`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("before")
    rotating.record(script.events)
    try files.removeItem(atPath: rotating.directory)
    rotating.tick()
    script.client("after")
    rotating.record(script.events.suffix(1))
    rotating.recorder.finish()
    #expect(rotating.failures.count == 1 && rotating.paths.count == 2)
    #expect(try rotating.names().count == 2)
    #expect(try parts(ofRecordingAt: rotating.paths[1]).packets.count == 1)
    let permissions = try files.attributesOfItem(atPath: rotating.directory)[.posixPermissions] as? Int
    #expect(permissions == 0o700)
  }

  @Test func `a directory that is renamed keeps what it has, and another takes its place`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("before")
    rotating.record(script.events)
    try files.moveItem(atPath: rotating.directory, toPath: rotating.files.path("old"))
    rotating.tick()
    rotating.recorder.finish()
    let moved = rotating.files.path("old/\(fileName(rotating.paths[0]))")
    #expect(try parts(ofRecordingAt: moved).packets.count == 4)
    #expect(try loss(moved)?.packetCount == 0)
    #expect(rotating.failures.count == 1 && rotating.paths.count == 2)
    #expect(rotating.recorder.summary.lostPacketCount == 0)
  }

  @Test func `a directory that cannot be made is waited for`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("before")
    rotating.record(script.events)
    try files.removeItem(atPath: rotating.directory)
    _ = try rotating.files.write([], to: "recordings")
    for _ in 0..<10 { rotating.tick() }
    #expect(
      rotating.failures == [
        "'\(rotating.paths[0])' was removed or renamed while it was written",
        "'\(rotating.directory)' is not a directory",
      ])
    var late = Script(2, client: "10.0.0.1:40001")
    let early = Script(3, client: "10.0.0.1:40002")
    late.client("lost")
    rotating.record(late.events + early.events)
    script.client("lost too")
    rotating.record(script.events.suffix(1))
    try files.removeItem(atPath: rotating.directory)
    rotating.tick(after: 31)
    rotating.recorder.finish()
    guard case .resumed(let path, let lost)? = rotating.reports.dropLast().last else {
      Issue.record("\(rotating.reports)")
      return
    }
    #expect(lost.eventCount == 4 && lost.byteCount == 12)
    let openings = try rotating.lines(path).compactMap { line -> SessionOpening? in
      if case .opened(let opening, _) = line.content { opening } else { nil }
    }
    // What was held back all the time is whole; what nothing recorded comes from nowhere.
    #expect(
      openings.map(\.continues) == [
        SessionContinuation(recording: fileName(rotating.paths[0]), opened: script.events[0].time),
        SessionContinuation(recording: nil, opened: late.events[0].time), nil,
      ])
  }

  @Test func `a directory whose parent forbids it is waited for`() async {
    await #expect(processExitsWith: .success) {
      // Root may do anything: this process becomes somebody else.
      if geteuid() == 0 { try #require(setgid(65_534) == 0 && setuid(65_534) == 0) }
      let rotating = try Rotating()
      var script = Script(1)
      script.client("before")
      rotating.record(script.events)
      try FileManager.default.removeItem(atPath: rotating.directory)
      try #require(chmod(rotating.files.url.path, 0o500) == 0)
      for _ in 0..<5 { rotating.tick() }
      let failures = rotating.failures
      try #require(chmod(rotating.files.url.path, 0o700) == 0)
      rotating.tick(after: 31)
      let isGood =
        failures.last == "'\(rotating.directory)': mkdir: Permission denied" && failures.count == 2
        && rotating.paths.count == 2 && rotating.recorder.statistics.currentPath == rotating.paths[1]
      exit(isGood ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  @Test func `a next recording that cannot begin lets the current one grow on`() throws {
    let rotating = try Rotating(RotationPolicy(size: 10_000))
    let hidden = rotating.files.path("hidden")
    try files.moveItem(atPath: rotating.directory, toPath: hidden)
    _ = try rotating.files.write([], to: "recordings")
    var script = Script(1)
    for index in 0..<5 as Range<UInt64> { script.server(noise(9_000, seed: index)) }
    rotating.record(script.events)
    #expect(rotating.reports.count == 2)
    guard case .postponed(.file(.system(_, let failure)))? = rotating.reports.last else {
      Issue.record("\(rotating.reports)")
      return
    }
    #expect(failure == SystemFailure(call: "open", code: ENOTDIR))
    try files.removeItem(atPath: rotating.directory)
    try files.moveItem(atPath: hidden, toPath: rotating.directory)
    rotating.tick(after: 3)
    rotating.recorder.finish()
    #expect(rotating.paths.count == 2 && rotating.failures == [])
    #expect(try serverByteCount(rotating.paths[0]) == 45_000)
  }

  @Test func `two relays do not share a directory`() throws {
    let rotating = try Rotating()
    let error = #expect(throws: RecorderError.self) {
      _ = try RotatingRecorder(
        RotatingConfiguration(directory: rotating.directory, policy: RotationPolicy(), tool: "test")
      ) { _ in }
    }
    #expect(error?.description == "another relay records into '\(rotating.directory)'")
    #expect(error?.hint == "end that one, or choose another directory")
    #expect(try rotating.names().count == 2)
  }

  @Test func `a killed relay leaves readable files that nobody holds`() async throws {
    let files = try TemporaryDirectory()
    let directory = files.path("recordings")
    await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
      let rotating = try Rotating(directory: directory)
      var script = Script(1)
      script.client("flushed")
      rotating.record(script.events)
      rotating.tick()
      script.client("not flushed")
      rotating.record(script.events.suffix(1))
      kill(getpid(), SIGKILL)
    }
    let rotating = try Rotating(RotationPolicy(maximumTotal: 1), directory: directory)
    let killed = try #require(try rotating.names().first)
    let parts = try parts(ofRecordingAt: directory + "/" + killed)
    #expect(parts.packets.count == 4 && parts.lines.count == 1)
    rotating.tick()
    #expect(rotating.deletedPaths == [directory + "/" + killed])
  }

  // MARK: Helpers

  private func serverByteCount(_ path: String) throws -> Int {
    let lengths = try Tshark(path: path).fields(["tcp.len"], ["-Y", "tcp.srcport == 80"])
    return lengths.compactMap { Int($0) }.reduce(0, +)
  }

  private func loss(_ path: String) throws -> RecordingLoss? {
    try parts(ofRecordingAt: path).lines.compactMap { line -> RecordingLoss? in
      if case .lost(let loss) = line.content { loss } else { nil }
    }.last
  }

  private func sidecarLoss(_ path: String) throws -> RecordingLoss? {
    var reader = try SidecarReader(path: sidecarPath(forCapture: path) ?? "")
    var loss: RecordingLoss?
    while let line = try reader.next() {
      if case .lost(let found) = line.content { loss = found }
    }
    return loss
  }
}
