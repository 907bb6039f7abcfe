import CaptureFile
import Foundation
import Recorder
import SessionEvents
import Synchronization
import TestSupport

/// A rotating recorder in a directory of its own, and what it said.
final class Rotating {
  let files: TemporaryDirectory
  let directory: String
  var recorder: RotatingRecorder
  private let log: ReportLog
  private var now = monotonicNanoseconds()

  init(
    _ policy: RotationPolicy = RotationPolicy(), directory: String? = nil,
    _ adjust: (inout RotatingConfiguration) -> Void = { _ in }
  ) throws {
    files = try TemporaryDirectory()
    self.directory = directory ?? files.path("recordings")
    var configuration = RotatingConfiguration(
      directory: self.directory, policy: policy, tool: "wiretape 0.1.0")
    adjust(&configuration)
    let log = ReportLog()
    self.log = log
    recorder = try RotatingRecorder(configuration) { log.add($0) }
  }

  var reports: [RotationReport] { log.reports }

  /// The captures in order of beginning.
  var paths: [String] {
    reports.compactMap { report in
      switch report {
      case .began(let path), .resumed(let path, _): path
      case .finished, .failed, .postponed, .deleted, .overQuota, .misplaced: nil
      }
    }
  }

  var finishedPaths: [String] {
    reports.compactMap { if case .finished(let summary) = $0 { summary.path } else { nil } }
  }

  var deletedPaths: [String] {
    reports.compactMap { if case .deleted(let path, _) = $0 { path } else { nil } }
  }

  var failures: [String] {
    reports.compactMap { if case .failed(let error) = $0 { error.description } else { nil } }
  }

  func record(_ events: some Sequence<SessionEvent>) {
    for event in events { recorder.record(event) }
  }

  /// Lets time go by.
  func tick(after seconds: Int = 1) {
    now += seconds * 1_000_000_000
    recorder.tick(now: now)
  }

  func lines(_ path: String) throws -> [SidecarLine] { try parts(ofRecordingAt: path).lines }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }
}

private final class ReportLog: Sendable {
  private let log = Mutex<[RotationReport]>([])

  var reports: [RotationReport] { log.withLock { $0 } }

  func add(_ report: RotationReport) {
    log.withLock { $0.append(report) }
  }
}

func monotonicNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

func fileName(_ path: String) -> String { URL(filePath: path).lastPathComponent }
