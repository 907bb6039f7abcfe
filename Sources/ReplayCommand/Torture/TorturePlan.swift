import CaptureFile
import ContentCoding
import Glibc
import Replay

/// How recordings are tortured, and where what fails is saved.
struct TorturePlan: Sendable {
  var seed: UInt64
  /// Nil where the time ends it.
  var rounds: Int?
  /// For each recording.
  var nanoseconds: UInt64
  /// Nil for beside the recording.
  var directory: String?
  /// Whether to save the last round though it held.
  var keeps: Bool
  /// Whether segments are dropped, too.
  var drops: Bool

  /// Tortures one recording; what could not be saved is returned beside the outcome.
  func torture(_ pass: InputPass) throws(ReplayError) -> (TortureOutcome, ReplayError?) {
    let services = ContentServices.system
    let begin = Self.now()
    let subject = try TortureSubject(pass.replayer, services: services)
    pass.add(subject.notes.filter(\.isDamage))
    var limits = TortureLimits()
    limits.drops = drops
    let torture = Torture(subject, seed: seed, services: services, limits: limits)
    var outcome = TortureOutcome(subject, seed: seed)
    var round: UInt64 = 0
    while goesOn(round, since: begin) {
      let (failure, mutationCount) = torture.play(round: round)
      pass.replayer.progress?.add(subject.byteCount)
      outcome.mutationCount += UInt64(mutationCount)
      if round > 0 { outcome.roundCount += 1 }
      outcome.failure = failure
      if failure != nil { break }
      round += 1
    }
    do throws(ReplayError) {
      if let failure = outcome.failure {
        outcome.savedAs = try save(failure.capture, of: pass.path, failure)
      } else if keeps {
        _ = try save(torture.capture(torture.mutations(ofRound: outcome.roundCount)), of: pass.path, nil)
      }
      return (outcome, nil)
    } catch {
      return (outcome, error)
    }
  }

  /// Round 0 has no mutations, and always is.
  private func goesOn(_ round: UInt64, since begin: UInt64) -> Bool {
    guard round > 1 else { return true }
    if let rounds { return round <= UInt64(rounds) }
    return Self.now() - begin < nanoseconds
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  // MARK: Saving

  private func save(
    _ capture: TorturedCapture, of path: String, _ failure: Torture.Failure?
  ) throws(ReplayError) -> String {
    do throws(CaptureError) {
      let stem = try freeStem(for: path)
      try capture.write(to: "\(stem).pcap", tool: "replay torture \(ReplayCommand.version)")
      if let failure {
        let text = TortureReport.description(of: failure, path: path, seed: seed)
        try Self.write(text, to: "\(stem).json")
      }
      return "\(stem).pcap"
    } catch {
      throw .capture(error)
    }
  }

  /// A name that no file has; what is there is never overwritten.
  private func freeStem(for path: String) throws(CaptureError) -> String {
    let slash = path.lastIndex(of: "/")
    let name =
      path == "-" ? "stdin" : String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
    let beside = path == "-" ? "" : slash.map { String(path[...$0]) } ?? ""
    if let directory, mkdir(directory, 0o777) != 0, errno != EEXIST {
      throw .system(path: directory, SystemFailure(call: "mkdir", code: errno))
    }
    let place = directory.map { $0.hasSuffix("/") ? $0 : "\($0)/" } ?? beside
    let stem = "\(place)\(Self.withoutSuffix(name)).torture-\(seed)"
    for number in 1...Self.mostOfOneName {
      let candidate = number == 1 ? stem : "\(stem)-\(number)"
      let isFree = [".pcap", ".sessions.jsonl", ".json"].allSatisfy { suffix in
        var status = stat()
        return lstat(candidate + suffix, &status) != 0
      }
      if isFree { return candidate }
    }
    throw .exists(path: "\(stem).pcap")
  }

  private static let mostOfOneName = 1_000

  private static func withoutSuffix(_ name: String) -> String {
    var name = name[...]
    for suffix in [".gz", ".zst", ".pcap", ".pcapng", ".cap"] where name.hasSuffix(suffix) {
      if name.count > suffix.count { name = name.dropLast(suffix.count) }
    }
    return String(name)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(CaptureError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(path: path, SystemFailure(call: "open", code: errno)) }
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else {
      throw .system(path: path, SystemFailure(call: "write", code: count < 0 ? errno : ENOSPC))
    }
  }
}
