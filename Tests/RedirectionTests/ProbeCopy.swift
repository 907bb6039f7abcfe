import Foundation
import Synchronization

/// A copy of the probe in a directory that every user can reach, removed when the tests end.
enum ProbeCopy {
  static let path = Result { try copied() }

  private static let directory = Mutex<URL?>(nil)

  /// The executable stands beside the test bundle.
  private static func copied() throws -> String {
    let files = FileManager.default
    let tests = URL(filePath: try files.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    let target = URL(filePath: "/tmp/wiretape-redirection-\(UUID().uuidString)")
    try files.createDirectory(
      at: target, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    directory.withLock { $0 = target }
    atexit { ProbeCopy.directory.withLock { $0.map { try? FileManager.default.removeItem(at: $0) } } }
    let probe = target.appending(path: "probe")
    try files.copyItem(at: tests.deletingLastPathComponent().appending(path: "RedirectionProbe"), to: probe)
    return probe.path
  }
}
