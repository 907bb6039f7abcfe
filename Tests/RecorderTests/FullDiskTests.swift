import CaptureFile
import Foundation
import Recorder
import SessionEvents
import Synchronization
import TestSupport
import Testing

@Suite struct `Full disk` {
  private func configuration(_ disk: SmallDisk) -> RecorderConfiguration {
    RecorderConfiguration(path: disk.path + "/a.pcap", tool: "test", created: Timestamp(nanoseconds: 0))
  }

  struct Case: CustomTestStringConvertible {
    var segmentSize: Int
    var eventSize: Int

    var testDescription: String { "\(eventSize) bytes in segments of \(segmentSize)" }
  }

  static let cases = [
    Case(segmentSize: 65_495, eventSize: 65_495), Case(segmentSize: 65_495, eventSize: 3_000),
    Case(segmentSize: 1_448, eventSize: 20_000),
  ]

  @Test(arguments: cases) func `ends a recording with one error and a readable file`(_ testCase: Case) throws
  {
    let disk = try SmallDisk(kibibytes: 1_024)
    var configuration = configuration(disk)
    configuration.segmentSize = testCase.segmentSize
    var recorder = try SessionRecorder(configuration)
    var script = Script(1)
    for index in 0..<(3 << 20) / testCase.eventSize {
      script.server(noise(testCase.eventSize, seed: UInt64(index)))
    }
    script.close()
    var errors: [String] = []
    var forwardedCount = 0
    for event in script.events {
      do throws(RecorderError) {
        try recorder.record(event) { _, _ in forwardedCount += 1 }
      } catch {
        errors.append(error.description)
      }
    }
    do throws(RecorderError) { try recorder.finish() } catch { errors.append(error.description) }
    #expect(errors == ["'\(disk.path)/a.pcap': write: No space left on device"])
    #expect(forwardedCount > script.events.count / 2)

    let summary = recorder.summary
    let loss = try #require(summary.loss)
    #expect(loss.eventCount > 0 && loss.byteCount > 0)
    try checkFile(disk, loss, testCase)
  }

  /// Most of the disk is used, tshark reads it, and the sidecar says what is missing.
  private func checkFile(_ disk: SmallDisk, _ loss: RecordingLoss, _ testCase: Case) throws {
    let path = disk.path + "/a.pcap"
    let fields = try Tshark(path: path).fields(["frame.number", "tcp.analysis.flags"])
    #expect(fields.allSatisfy { $0.hasSuffix("|") })
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let size = try #require(attributes[.size] as? Int)
    #expect(size > 800 << 10)

    let parts = try parts(ofRecordingAt: path)
    let packetCount = UInt64(parts.packets.count)
    let lines = parts.lines
    #expect(packetCount == UInt64(fields.count))
    #expect(lines.count == 3)
    guard case .lost(let first) = lines[1].content, case .lost(let last) = lines[2].content else {
      Issue.record("no loss in the sidecar")
      return
    }
    #expect(lines[1].after == packetCount)
    #expect(first.packetCount == loss.packetCount && first.reason == loss.reason)
    #expect(last == loss)
  }

  @Test func `refuses to begin where there is no room for a header`() throws {
    let disk = try SmallDisk(kibibytes: 4)
    _ = FileManager.default.createFile(atPath: disk.path + "/filler", contents: Data(count: 4_096))
    let error = #expect(throws: RecorderError.self) { _ = try SessionRecorder(configuration(disk)) }
    #expect(error?.description == "'\(disk.path)/a.pcap': write: No space left on device")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["filler"])
  }

  @Test func `blocks no producer, and is reported once`() throws {
    let disk = try SmallDisk(kibibytes: 512)
    let failures = Mutex<[String]>([])
    let thread = RecordingThread(
      try SessionRecorder(configuration(disk)), queue: EventQueue(byteLimit: 128 << 10)
    ) { error in
      failures.withLock { $0.append(error.description) }
    }
    var script = Script(1)
    for index in 0..<200 { script.server(noise(30_000, seed: UInt64(index))) }
    script.close()
    for event in script.events { thread.receive(event) }
    let summary = thread.finish()
    #expect(failures.withLock { $0 } == ["'\(disk.path)/a.pcap': write: No space left on device"])
    let loss = try #require(summary.loss)
    // Nothing goes uncounted: what the file has, what it lost with its last packets, what came later.
    #expect(loss.eventCount + loss.packetCount + summary.packetCount >= 200)
    #expect(thread.finish() == summary)
  }
}
